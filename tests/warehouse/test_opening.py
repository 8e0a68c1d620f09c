"""Opening a shop's tables: a group of entities is read from its own files, with the columns of the whole table."""

from pathlib import Path

from events.shops import shop_at, some_rows, write_log
from willbuy.events.ingest import ingest
from willbuy.features.log import summarise
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.layout import BUCKETS


def shop_with(folder: Path, rows: list[str]) -> Shop:
    write_log(folder / "a.csv", rows)
    shop = shop_at(folder, files=["a.csv"])
    ingest(shop)
    return shop


def test_events_of_buckets_are_those_of_the_table(tmp_path: Path) -> None:
    with open_warehouse(shop_with(tmp_path, some_rows(2000, people=500))) as warehouse:
        for buckets in [(0,), (3, 11), tuple(range(1, BUCKETS, 2))]:
            listed = ", ".join(map(str, buckets))
            whole = warehouse.rows(f"FROM events WHERE entity_key % {BUCKETS} IN ({listed}) ORDER BY ALL")
            assert whole
            assert warehouse.rows(f"FROM {warehouse.events_of(buckets)} e ORDER BY ALL") == whole


def test_events_of_buckets_need_no_file_of_others(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, some_rows(2000, people=500))
    with open_warehouse(shop) as warehouse:
        count = f"SELECT count(*) FROM {warehouse.events_of((2, 10))} e"
        before = warehouse.rows(count)
        for path in (shop.home / "silver").rglob("events/bucket=*.parquet"):
            if path.name not in ("bucket=02.parquet", "bucket=10.parquet"):
                path.unlink()
        assert warehouse.beside().rows(count) == before
        assert before > [(0,)]


def test_events_of_a_bucket_without_a_file_are_none(tmp_path: Path) -> None:
    with open_warehouse(shop_with(tmp_path, some_rows(5, people=1))) as warehouse:
        found = [
            warehouse.rows(f"SELECT count(*) FROM {warehouse.events_of((bucket,))} e")[0][0]
            for bucket in range(BUCKETS)
        ]
    assert sorted(found) == [0] * (BUCKETS - 1) + [5]


def test_the_events_are_summed_up_once_while_they_are_open(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, some_rows(100))
    with open_warehouse(shop) as warehouse:
        first = summarise(warehouse)
        assert (first.events, summarise(warehouse.beside())) == (100, first)
        write_log(tmp_path / "b.csv", some_rows(7, seed=1))
        ingest(shop_at(tmp_path, files=["a.csv", "b.csv"]))
        assert summarise(warehouse) == first
    with open_warehouse(shop) as warehouse:
        assert summarise(warehouse).events == 107
