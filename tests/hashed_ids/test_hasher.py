"""The keyed hash of an id, and its key (P1)."""

import hashlib
import hmac
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import ShopError, WillbuyError
from willbuy.hashed_ids import Hasher, entity_of, open_hasher
from willbuy.shop import Shop, TableShop

SECRET = b"0123456789abcdef0123456789abcdef"


def shop_in(folder: Path, **source: object) -> Shop:
    declared = {"columns": {"entity": "v", "time": "t"}, "kind": "view", "hash_ids": True} | source
    return Shop.model_validate(
        {"source": declared, "target": {"kind": "purchase", "within": "7d"}, "folder": folder}
    )


@pytest.fixture(autouse=True)
def no_key_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WILLBUY_ID_KEY", raising=False)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_hash_is_hmac_sha_256(text: str) -> None:
    assert Hasher(SECRET).hash(text) == hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_ending_is_lost_once_and_before_hashing(text: str) -> None:
    hasher = Hasher(SECRET, ".0")
    assert hasher.entity(text + ".0") == hasher.hash(text)


def test_a_shop_that_keeps_its_ids_has_no_hasher(tmp_path: Path) -> None:
    assert open_hasher(shop_in(tmp_path, hash_ids=False)) is None
    table = {"table": {"target": "bought", "columns": {"a": "number"}}, "folder": tmp_path}
    assert open_hasher(TableShop.model_construct(**table)) is None
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    shop = shop_in(tmp_path)
    first, again = open_hasher(shop), open_hasher(shop)
    assert first is not None and again is not None
    assert first.hash("ann") == again.hash("ann")
    assert (shop.home / "id.key").stat().st_mode & 0o777 == 0o600
    assert len((shop.home / "id.key").read_text().strip()) == 64
    assert sorted(entry.name for entry in shop.home.iterdir()) == ["id.fingerprint", "id.key"]


def test_processes_that_come_at_once_get_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from willbuy.hashed_ids.secret_file import make_secret; "
        "print(make_secret(Path(sys.argv[1])).decode())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "id.key")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert len({process.communicate()[0] for process in running}) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["id.key"]


def test_the_variable_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WILLBUY_ID_KEY", SECRET.decode())
    hasher = open_hasher(shop_in(tmp_path))
    assert hasher is not None
    assert hasher.hash("ann") == Hasher(SECRET).hash("ann")
    assert not (shop_in(tmp_path).home / "id.key").exists()


def test_a_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WILLBUY_ID_KEY", "x" * 31)
    with pytest.raises(WillbuyError, match="31 characters"):
        open_hasher(shop_in(tmp_path))


def test_another_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_in(tmp_path)
    open_hasher(shop)
    monkeypatch.setenv("WILLBUY_ID_KEY", "elsewise" * 10)
    with pytest.raises(WillbuyError, match="hashed with the key") as caught:
        open_hasher(shop)
    assert "elsewise" not in str(caught.value)


def test_the_choice_cannot_change_once_there_is_a_log(tmp_path: Path) -> None:
    """P1: an id that is hashed on one day and not on another would be kept in the clear, and erased from nowhere."""
    hashing, keeping = shop_in(tmp_path), shop_in(tmp_path, hash_ids=False)
    ingested_once(keeping.home)
    with pytest.raises(ShopError, match=r"ids as they came, .* source\.hash_ids = true"):
        entity_of(hashing, "ann")
    assert entity_of(keeping, "ann") == "ann"  # and what was refused left nothing behind
    (keeping.home / "ledger.sqlite").unlink()
    hashed = entity_of(hashing, "ann")
    ingested_once(keeping.home)
    with pytest.raises(ShopError, match=r"with hashes, .* source\.hash_ids = false"):
        entity_of(keeping, "ann")
    assert entity_of(hashing, "ann") == hashed != "ann"


def ingested_once(home: Path) -> None:
    home.mkdir(exist_ok=True)
    with closing(sqlite3.connect(home / "ledger.sqlite")) as ledger:
        ledger.execute("CREATE TABLE sources (status TEXT)")
        ledger.execute("INSERT INTO sources VALUES ('done')")
        ledger.commit()


def test_a_lost_key_is_not_made_anew(tmp_path: Path) -> None:
    shop = shop_in(tmp_path)
    open_hasher(shop)
    (shop.home / "id.key").unlink()
    with pytest.raises(WillbuyError, match="key is gone"):
        open_hasher(shop)
    assert not (shop.home / "id.key").exists()


def test_a_key_that_everyone_can_read_is_refused(tmp_path: Path) -> None:
    shop = shop_in(tmp_path)
    open_hasher(shop)
    (shop.home / "id.key").chmod(0o644)
    with pytest.raises(WillbuyError, match="chmod 600"):
        open_hasher(shop)


def test_the_ending_of_a_preset_counts(tmp_path: Path) -> None:
    hasher = open_hasher(shop_in(tmp_path, preset="online_retail"))
    assert hasher is not None
    assert hasher.suffix == ".0"
    assert hasher.entity("12583.0") == hasher.hash("12583")


def test_a_hasher_does_not_show_its_key() -> None:
    assert SECRET.decode() not in repr(Hasher(SECRET)) and "6162" not in str(Hasher(SECRET))
