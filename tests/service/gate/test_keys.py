"""Keys: made once, stored hashed, revoked, read again by a running service, and changed by several at once."""

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import WillbuyError
from willbuy.service.gate.keys import FILE, MADE, Keys, add_key, list_keys, revoke_key

NOW = datetime(2026, 3, 1, 12)


def test_a_key_is_shown_once_and_stored_hashed(tmp_path: Path) -> None:
    """S1: keys stored hashed, shown once; the file is its owner's alone."""
    token = add_key(tmp_path, "shop-front", ["predict", "ingest"], NOW, "tester")
    assert token.startswith("wb_shop-front_") and len(token) > 50
    for file in tmp_path.rglob("*"):
        assert token.split("_", 2)[2].encode() not in file.read_bytes()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [(one.name, one.scopes, one.revoked) for one in list_keys(tmp_path)] == [
        ("shop-front", ("ingest", "predict"), None)
    ]


def test_only_the_key_itself_is_good(tmp_path: Path) -> None:
    """S1: a wrong, a cut, a revoked key and another's random part open nothing."""
    ann, bob = (
        add_key(tmp_path, "ann", ["read"], NOW, "tester"),
        add_key(tmp_path, "bob", ["admin"], NOW, "tester"),
    )
    keys = Keys(tmp_path)
    found = keys.check(f"Bearer {ann}".encode())
    assert found is not None and found.name == "ann" and found.scopes == {"read"}
    assert keys.check(bob.encode()) == ("bob", {"admin"})
    assert keys.check(b"bEaReR " + bob.encode()) is not None
    crossed = f"wb_ann_{bob.split('_', 2)[2]}"
    for wrong in (
        ann[:-1],
        ann + "x",
        crossed,
        "",
        "Bearer",
        "wb__",
        "wb_ann_",
        "0" * 64,
        "wb_nobody_x",
        ann.upper(),
    ):
        assert keys.check(wrong.encode()) is None, wrong


@given(st.binary(max_size=80))
def test_no_header_is_a_key_by_chance(header: bytes) -> None:
    assert _SOME_KEYS.check(header) is None


def test_a_running_service_sees_new_and_revoked_keys(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert not keys.any and keys.active == 0
    token = add_key(tmp_path, "ann", ["read"], NOW, "tester").encode()
    keys.refresh()
    assert keys.check(token) is not None
    revoke_key(tmp_path, "ann", NOW, "tester")
    keys.refresh()
    assert keys.check(token) is None
    assert keys.any, "with all keys revoked the doors stay shut"


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"keys": [{"name": 1}]}', b"\xff\xfe"])
def test_a_damaged_file_opens_no_door_and_closes_none(tmp_path: Path, damage: bytes) -> None:
    token = add_key(tmp_path, "ann", ["read"], NOW, "tester").encode()
    keys = Keys(tmp_path)
    (tmp_path / FILE).write_bytes(damage)
    keys.refresh()
    assert keys.check(token) is not None and keys.any
    assert keys.error is not None and "damaged" in keys.error
    (tmp_path / FILE).unlink()
    keys.refresh()
    assert keys.check(token) is not None and keys.any
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(WillbuyError, match="damaged"):
        Keys(tmp_path)


def test_once_keys_were_made_a_lost_file_opens_nothing(tmp_path: Path) -> None:
    """Nor after a restart; whoever wants it open again deletes the note too."""
    add_key(tmp_path, "ann", ["read"], NOW, "tester")
    (tmp_path / FILE).unlink()
    keys = Keys(tmp_path)
    assert keys.any and keys.active == 0
    assert keys.lost is not None and "keys add" in keys.lost and MADE in keys.lost
    token = add_key(tmp_path, "bob", ["read"], NOW, "tester").encode()
    keys.refresh()
    assert keys.check(token) is not None and keys.lost is None
    (tmp_path / MADE).unlink()
    assert Keys(tmp_path).any and (tmp_path / MADE).exists(), "a file of an older willbuy is noted"
    for name in (FILE, MADE):
        (tmp_path / name).unlink()
    assert not Keys(tmp_path).any


def test_a_key_that_cannot_be_revoked_closes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WillbuyError, match="no active key"):
        revoke_key(tmp_path, "ann", NOW, "tester")
    assert not Keys(tmp_path).any


@pytest.mark.parametrize("name", ["", "Ann", "a_b", "-a", "a" * 41, "../x", "a b", "a\n"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(WillbuyError, match="name"):
        add_key(tmp_path, name, ["read"], NOW, "tester")


def test_scopes_and_names_are_checked(tmp_path: Path) -> None:
    with pytest.raises(WillbuyError, match="Did you mean 'predict'"):
        add_key(tmp_path, "ann", ["predct"], NOW, "tester")
    with pytest.raises(WillbuyError, match="scope"):
        add_key(tmp_path, "ann", [], NOW, "tester")
    add_key(tmp_path, "ann", ["read"], NOW, "tester")
    with pytest.raises(WillbuyError, match="another name"):
        add_key(tmp_path, "ann", ["read"], NOW, "tester")
    with pytest.raises(WillbuyError, match="Did you mean 'ann'"):
        revoke_key(tmp_path, "anne", NOW, "tester")
    revoke_key(tmp_path, "ann", NOW, "tester")
    with pytest.raises(WillbuyError, match="no active key"):
        revoke_key(tmp_path, "ann", NOW, "tester")
    with pytest.raises(WillbuyError, match="another name"):
        add_key(tmp_path, "ann", ["read"], NOW, "tester")


def test_twenty_at_once_lose_no_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: add_key(tmp_path, f"k{n}", ["read"], NOW, "tester"), range(20)))
    keys = Keys(tmp_path)
    assert all(keys.check(token.encode()) for token in made)


def test_the_command_adds_lists_and_revokes(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(
        '[source]\npreset = "retailrocket"\nfiles = ["x.csv"]\n[target]\nwithin = "7d"\n'
    )

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "willbuy", "keys", *words]
        return subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)

    token = json.loads(run("add", "ann", "--scope", "predict", "--json").stdout)["key"]
    assert Keys(tmp_path / ".willbuy").check(token.encode()) is not None
    listed = run("list")
    assert "ann" in listed.stdout and "active" in listed.stdout and token not in listed.stdout
    assert run("revoke", "ann").returncode == 0
    assert json.loads(run("list", "--json").stdout)["keys"][0]["revoked"] is not None
    wrong = run("ad", "bob")
    assert wrong.returncode == 2 and "Did you mean 'add'" in wrong.stderr


_SOME_KEYS = Keys.__new__(Keys)
_SOME_KEYS._hashes = {b"ann": ("ab" * 32, None), b"": ("cd" * 32, None)}  # type: ignore[dict-item]
