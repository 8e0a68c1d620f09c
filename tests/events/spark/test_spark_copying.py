"""Copying a log to Spark and back: every table alike, resumed where it broke off, and never over another log."""

from pathlib import Path
from typing import Any

import pytest

from events.postgres.twins import twin
from events.shops import shop_at, some_rows, write_log
from events.spark.pictures import picture
from events.spark.shops import on_spark
from willbuy.errors import ShopError, WillbuyError
from willbuy.events.copying import copy_log
from willbuy.events.ingest import ingest
from willbuy.events.rebuild import rebuild
from willbuy.events.spark import outgoing
from willbuy.shop import Shop

pytestmark = pytest.mark.usefixtures("spark_session")

BROKEN = [
    "",
    "",
    "broken",
    "u1,2024-03-01 10:00:00,look,a,1.50,1",
    'u1,2024-03-01 10:00:00,"view",a,1.50,1',
    "",
    "u\x002,x",
]


class Stop(Exception):
    """An interruption."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of two ingests by DuckDB, with blank lines, quotes, refused rows and repetitions."""
    folder = tmp_path_factory.mktemp("log")
    rows = some_rows(3000, people=200)
    for name, part in (("a.csv", [*rows[:1500], *BROKEN, *rows[1500:2400], ""]), ("b.csv", rows[2300:])):
        ingest(shop_at(folder), [str(write_log(folder / name, part))])
    return folder


def at_home(shop: Shop, home: str) -> Shop:
    """The same shop with its state elsewhere."""
    return shop.model_copy(update={"storage": shop.storage.model_copy(update={"home": home})})


def without_keys(shop: Shop) -> dict[str, Any]:
    """Its tables, with ids in the place of keys: where a log came in several ingests, a copy numbers them anew."""
    found = picture(shop)
    names, items = dict(found["entities"]), dict(found["items"])
    events = [
        tuple(names[v] if n == 0 else items.get(v, v) if n == 3 else v for n, v in enumerate(row))
        for row in found["events"]
    ]
    return found | {
        "events": sorted(map(repr, events)),
        "entities": sorted(names.values()),
        "items": sorted(items.values()),
    }


def test_there_and_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "BYTES_A_PART", 30_000)
    plain, spark, back = shop_at(folder), on_spark(folder), at_home(shop_at(folder), "back")

    def interrupt(done: int, total: int | None, stage: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        copy_log(plain, spark, interrupt)
    copied = copy_log(plain, spark)
    assert copied.carried == 1  # of two: the first was there
    assert without_keys(spark) == without_keys(plain)
    assert picture(spark)["events_raw"] == picture(plain)["events_raw"]
    assert (copied.prints["log"]["events"], copied.prints["rejected"]["rows"]) == (3001, 3)
    assert copy_log(spark, back).prints == copied.prints
    assert without_keys(back) == without_keys(plain)
    assert len(list((back.home / "bronze").rglob("*.parquet"))) > 4
    assert rebuild(back).same
    assert copy_log(spark, back).carried == 0
    again = ingest(spark, [str(folder / "a.csv")])  # a log to go on with
    assert [file.skipped for file in again.files] == [True]


def test_what_cannot_be_copied_says_so(tmp_path: Path) -> None:
    plain, spark = shop_at(tmp_path), on_spark(tmp_path)
    ingest(plain, [str(write_log(tmp_path / "a.csv", some_rows(20)))])
    ingest(spark, [str(write_log(tmp_path / "b.csv", some_rows(30)))])
    with pytest.raises(WillbuyError, match=r"the target holds another log: .*b\.csv is no source"):
        copy_log(plain, spark)
    with pytest.raises(ShopError, match="already"):
        copy_log(spark, spark)


@pytest.mark.gate
def test_by_way_of_postgres(folder: Path, tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    plain = shop_at(folder)
    spark, other = at_home(on_spark(folder), "first"), at_home(on_spark(folder), "second")
    server = twin(folder, postgres_url, postgres_schema)
    prints = copy_log(plain, spark).prints
    assert copy_log(spark, server).prints == prints
    assert copy_log(server, other).prints == prints
    assert without_keys(other) == without_keys(plain)
