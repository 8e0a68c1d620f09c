"""Rebuilding on Spark from bronze alone: the tables that DuckDB's rebuild gives, or one line that says what is lost."""

import shutil
from pathlib import Path

import pytest

from events.shops import shop_at, some_rows, write_log
from events.spark.pictures import picture
from events.spark.shops import on_spark
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest
from willbuy.events.rebuild import rebuild
from willbuy.shop import Shop
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.tables import layout_of

pytestmark = pytest.mark.usefixtures("spark_session")


class Stop(Exception):
    """An interruption."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, spark_session: object) -> Path:
    """A shop of two ingests on DuckDB and on Spark: the second file repeats rows of the first, one row is broken."""
    folder = tmp_path_factory.mktemp("made")
    rows = some_rows(3000, people=200)
    for name, part in (("a.csv", [*rows[:2400], "", "broken"]), ("b.csv", rows[2000:])):
        write_log(folder / name, part)
        for shop in (shop_at(folder), on_spark(folder)):
            ingest(shop, [str(folder / name)])
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, with its files where they were."""
    shutil.copytree(made / ".willbuy", tmp_path / ".willbuy")
    return tmp_path


def bronze_of(shop: Shop, date: str) -> Path:
    layout = layout_of(shop.home)
    with Ledger(layout.ledger, read_only=True) as ledger:
        names = [file.file for file in ledger.files("events_raw") if f"date={date}/" in file.file]
    return layout.home / names[0]


def test_a_log_is_rebuilt_as_duckdb_rebuilds_it(folder: Path) -> None:
    plain, spark = shop_at(folder), on_spark(folder)
    stale = spark.home / "runs" / "0001" / "snapshots"
    stale.mkdir(parents=True)
    (stale.parent / "result.json").write_text("{}", encoding="utf-8")

    def interrupt(done: int, total: int | None, stage: str) -> None:
        if stage == "merging" and done:
            raise Stop

    with pytest.raises(Stop):
        rebuild(spark, interrupt)
    found, expected = rebuild(spark), rebuild(plain)
    assert found.same and expected.same
    assert found.to_json() | {"seconds": 0} == expected.to_json() | {"seconds": 0}
    assert picture(spark) == picture(plain)
    assert not stale.exists()  # it knew entities by keys, which were given anew
    assert not list(layout_of(spark.home).staged(0).parent.glob("*"))


def test_silver_that_is_gone_comes_back(folder: Path) -> None:
    spark = on_spark(folder)
    before = picture(spark)
    for table in ("events", "entities", "items", "rejected"):
        shutil.rmtree(layout_of(spark.home).home / table)
    assert rebuild(spark).same is None
    after = picture(spark)
    assert (after["events_raw"], after["rejected"]) == (before["events_raw"], before["rejected"])
    assert rebuild(spark).same
    assert len(after["events"]) == len(before["events"])


def test_lost_bronze_is_named_and_can_be_read_again(made: Path, folder: Path) -> None:
    spark = on_spark(folder)
    before = picture(spark)
    path = bronze_of(spark, "2024-03-01")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(
        WillbuyError, match=r"bronze has lost 2,000 lines: 2,000 lines of 2024-03-01 \(.*no sound"
    ):
        rebuild(spark)
    path.unlink()
    found = rebuild(spark, without_lost=True)
    assert [(part.lines, part.reason) for part in found.lost] == [(2000, "the file is gone")]
    assert not found.same
    assert len(picture(spark)["events"]) == len(before["events"]) - 2000
    again = ingest(spark, [str(made / "a.csv"), str(made / "b.csv")])
    assert [file.skipped for file in again.files] == [False, True]
    assert again.accepted == 2000
    assert len(picture(spark)["events"]) == len(before["events"])
