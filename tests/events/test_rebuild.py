"""Rebuilding from bronze alone: the same log, or one line that says what is lost; nothing changed on the way."""

import json
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from events import killed
from events.live_rows import Lines
from events.shops import events, shop_at, some_rows, tables, write_log
from willbuy.errors import ShopError, WillbuyError
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.rebuild import rebuild
from willbuy.privacy.erase import erase
from willbuy.runs import RESULT, SNAPSHOTS
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
KEYLESS = ("items", "events_raw", "rejected")
FILES = {
    "one.csv": [*some_rows(600, seed=1), "u1,nonsense,view,i1,1.00,1"],
    "two.csv": some_rows(600, seed=2),
}
FILES["two.csv"] += FILES["one.csv"][:200]  # said twice


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop of most tests, made once."""
    folder = tmp_path_factory.mktemp("made")
    ingested(folder)
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Shop:
    """A copy of it, without its files."""
    shutil.copytree(made / ".willbuy", tmp_path / ".willbuy")
    return shop_at(tmp_path, files=["*.csv"])


def ingested(folder: Path, live: bool = True) -> Shop:
    """A shop of two ingests and one of live events, some of which a file knows of too."""
    shop = shop_at(folder, files=["*.csv"])
    for name, rows in FILES.items():
        write_log(folder / name, rows)
        ingest(shop, [str(folder / name)])
    if live:
        ingest_live(shop, Lines.of([*some_rows(50, seed=3), *FILES["two.csv"][:30]], late=9))
    return shop


def without_keys(shop: Shop) -> list[Any]:
    """Every event with all it says, and every refused row."""
    with open_warehouse(shop) as warehouse:
        sources = warehouse.rows("SELECT * FROM sources ORDER BY source")
        rejected = warehouse.rows("SELECT * FROM rejected ORDER BY source, line")
        return [sorted(events(shop), key=repr), sources, rejected]


def bronze_files(shop: Shop, source: int) -> list[Path]:
    return sorted(Layout(shop.home).bronze(source).glob("*.parquet"))


def test_a_log_is_rebuilt_as_it_was(shop: Shop) -> None:
    before = without_keys(shop)
    rebuilt = rebuild(shop)
    assert rebuilt.same
    assert not rebuilt.lost
    assert without_keys(shop) == before
    assert (rebuilt.result.duplicates, rebuilt.result.rejected) == (230, 1)
    with open_warehouse(shop) as warehouse:
        assert (
            warehouse.rows("SELECT count(*) FROM events WHERE received = time + INTERVAL 9 SECOND")[0][0]
            >= 50
        )
    assert "counts and checksum are the same" in rebuild(shop).sentence()


@pytest.mark.parametrize("gone", ["silver", "rejected", "silver/generation-00003/events"])
def test_what_was_deleted_by_hand_comes_back(shop: Shop, gone: str) -> None:
    before = without_keys(shop)
    shutil.rmtree(shop.home / gone)
    rebuilt = rebuild(shop)
    assert rebuilt.same in (None, True)
    assert without_keys(shop) == before


def test_silver_that_was_damaged_is_made_anew(shop: Shop) -> None:
    before = without_keys(shop)
    with open_warehouse(shop) as warehouse:
        assert isinstance(warehouse, DuckDBWarehouse)
        file = next(iter(warehouse.event_files.values()))
    file.write_bytes(file.read_bytes()[:-40])
    assert rebuild(shop).same is None
    assert without_keys(shop) == before


def test_lost_bronze_is_named_and_nothing_is_changed(shop: Shop) -> None:
    before, kept = without_keys(shop), tables(shop, KEYLESS[:1])
    file = bronze_files(shop, 2)[0]
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(
        WillbuyError, match=r"lost 800 lines: lines 2 to 801 of .*two\.csv .*no sound Parquet file"
    ):
        rebuild(shop)
    assert tables(shop, KEYLESS[:1]) == kept
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(*) FROM events")[0][0] == len(before[0])
    file.unlink()
    with pytest.raises(WillbuyError, match="the file is gone"):
        rebuild(shop)


def test_what_was_lost_may_be_left_out_and_brought_again(tmp_path: Path) -> None:
    shop = ingested(tmp_path, live=False)
    before = sorted(row[:10] for row in events(shop))
    bronze_files(shop, 2)[0].unlink()
    rebuilt = rebuild(shop, without_lost=True)
    assert [(part.lines, Path(part.path).name) for part in rebuilt.lost] == [(800, "two.csv")]
    assert rebuilt.result.read == 601
    assert len(events(shop)) == 600
    again = ingest(shop)  # the file is there still: what was lost of it is new
    assert [file.skipped for file in again.files] == [True, False]
    assert sorted(row[:10] for row in events(shop)) == before


def test_the_erased_stay_erased(shop: Shop) -> None:
    erase(shop, "u7", datetime(2024, 5, 1), "test")
    before = without_keys(shop)
    assert rebuild(shop).same
    assert without_keys(shop) == before
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(*) FROM entities WHERE entity = 'u7'") == [(0,)]


def test_what_is_held_goes_on_to_wait(shop: Shop, tmp_path: Path) -> None:
    three = write_log(tmp_path / "three.csv", some_rows(300, seed=5))
    ingest(shop, [str(three)], hold=True)
    three.unlink()
    assert rebuild(shop).same
    assert ingest(shop).read == 300


def test_snapshots_that_know_other_keys_are_removed(shop: Shop) -> None:
    for name, result in (("0001", True), ("0002", False)):
        folder = shop.home / "runs" / name / SNAPSHOTS
        folder.mkdir(parents=True)
        if result:
            (folder.parent / RESULT).write_text("{}")
    rebuild(shop)
    assert [path.parent.name for path in shop.home.glob(f"runs/*/{SNAPSHOTS}")] == ["0002"]  # it is training


def test_what_cannot_be_rebuilt_says_so(shop: Shop) -> None:
    other = shop.model_copy(update={"source": shop.source.model_copy(update={"delimiter": ";"})})
    with pytest.raises(ShopError, match="read with another format"):
        rebuild(other)
    Layout(shop.home).ledger.unlink()
    with pytest.raises(WillbuyError, match="there is no ledger"):
        rebuild(shop)


def test_a_rebuilding_that_is_killed_changes_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    shop = ingested(tmp_path, live=False)
    (tmp_path / killed.SHOP).write_text(
        json.dumps(shop.model_dump(mode="json", exclude={"folder"}, exclude_none=True))
    )
    before = without_keys(shop)

    def run(point: int) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            killed.__file__,
            str(tmp_path),
            str(tmp_path / "journal"),
            str(point),
            "rebuild",
        ]
        env = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
        return subprocess.run(command, capture_output=True, text=True, env=env, check=False)

    points = json.loads(run(-1).stdout)["points"]
    assert without_keys(shop) == before
    for point in (points - 1, 3):  # right before the commit, while it types
        assert run(point).returncode == -signal.SIGKILL
        assert without_keys(shop) == before
        with Ledger(Layout(shop.home).ledger, read_only=True) as ledger:
            assert [row.status for row in ledger.sources()] == ["done", "done"]
    assert rebuild(shop).same
