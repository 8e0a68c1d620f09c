"""Ingest on Spark: the same tables as by DuckDB of the same files in the same order, keys and refused rows included."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from events.shops import HEADER, shop_at, some_rows, write_log
from events.spark.pictures import picture
from events.spark.shops import on_spark
from willbuy.errors import SourceError
from willbuy.events.ingest import ingest
from willbuy.events.spark import merging
from willbuy.shop import Shop
from willbuy.warehouse.ledger import Ledger, TableFile
from willbuy.warehouse.spark.tables import date_of, layout_of

pytestmark = pytest.mark.usefixtures("spark_session")

WITH_IDS: dict[str, Any] = {
    "columns": {"entity": "user", "time": "ts", "kind": "what", "item": "item", "event_id": "id"},
    "kinds": {"view": ["view"], "cart": ["cart"], "purchase": ["buy"]},
    "time": {"unit": "text", "zone": "UTC"},
}


def both(folder: Path, files: list[str], **source: Any) -> tuple[Any, Any]:
    """Ingest the same files by DuckDB and by Spark, into the same folder; what the two say and hold."""
    plain, spark = shop_at(folder, **source), on_spark(folder, **source)
    said = [ingest(shop, [str(folder / name) for name in files]).to_json() for shop in (plain, spark)]
    assert said[0] | {"seconds": 0} == said[1] | {"seconds": 0}
    return picture(plain), picture(spark)


def write_jsonl(path: Path, rows: list[str], header: str = HEADER) -> None:
    lines = (json.dumps(dict(zip(header.split(","), row.split(","), strict=True))) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_the_same_tables_as_by_duckdb_one_ingest_after_the_other(tmp_path: Path) -> None:
    rows = some_rows(6000, people=900)
    rows[5::500] = [row.replace("view", "look").replace("cart", "look") for row in rows[5::500]]
    write_log(tmp_path / "a.csv", [*rows[:2500], "", "broken", rows[3]])
    (tmp_path / "b.csv.gz").write_bytes(
        gzip.compress("".join(f"{row}\n" for row in [HEADER, *rows[2000:4000]]).encode())
    )
    write_jsonl(tmp_path / "c.jsonl", rows[3500:4500])
    log = write_log(tmp_path / "d.csv", rows[4400:])
    duckdb.sql(f"FROM read_csv('{log}', all_varchar = true)").write_parquet(str(tmp_path / "d.parquet"))
    for files in (["a.csv", "b.csv.gz"], ["c.jsonl", "d.parquet"], ["a.csv", "d.parquet"]):
        by_duckdb, by_spark = both(tmp_path, files)
        assert by_spark == by_duckdb


def test_event_ids_and_their_conflicts(tmp_path: Path) -> None:
    header = "user,ts,what,item,id"
    rows = [f"u{n % 7},2024-03-0{1 + n % 3} 10:00:{n % 60:02d},view,i{n % 5},e{n}" for n in range(300)]
    changed = [row.replace("view", "buy") for row in rows[::10]]
    nameless = [row.rpartition(",")[0] + "," for row in rows[:40]]
    write_log(tmp_path / "a.csv", [*rows[:200], *changed[:5], *nameless], header)
    write_log(tmp_path / "b.csv", [*rows[150:], *changed, *nameless, *nameless[:3]], header)
    for files in (["a.csv"], ["b.csv"]):
        by_duckdb, by_spark = both(tmp_path, files, **WITH_IDS)
        assert by_spark == by_duckdb
    assert {row[2] for row in by_spark["rejected"]} == {"event_id_conflict"}


def test_a_day_more_leaves_the_files_of_the_other_days(tmp_path: Path) -> None:
    rows = [
        f"u{n % 90},2024-03-{1 + n // 100:02d} 10:00:{n % 60:02d},view,i{n % 9},1.00,1" for n in range(600)
    ]
    write_log(tmp_path / "a.csv", rows[:500])
    write_log(tmp_path / "b.csv", rows[450:])
    shop = on_spark(tmp_path)
    ingest(shop, [str(tmp_path / "a.csv")])
    before = files_of(shop)
    ingest(shop, [str(tmp_path / "b.csv")])
    after = files_of(shop)
    assert {name: after[name] for name in before} == before
    added = {day for name in after if name not in before and (day := date_of(TableFile("", 0, name, 0)))}
    assert added == {
        "2024-03-05",
        "2024-03-06",
    }  # of the fifth there is bronze, and no event that was not there


def files_of(shop: Shop) -> dict[str, Any]:
    layout = layout_of(shop.home)
    with Ledger(layout.ledger, read_only=True) as ledger:
        return {file.file: (layout.home / file.file).stat().st_mtime_ns for file in ledger.files()}


def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", ["u1,yesterday,view,a,1.50,1"] * 3)
    shop = on_spark(tmp_path)
    with pytest.raises(SourceError, match=r"not one of its 3 rows can be read.*first line 2: 'yesterday'"):
        ingest(shop, [str(tmp_path / "a.csv")])
    write_log(tmp_path / "b.csv", ["1"], "user,ts")
    with pytest.raises(SourceError, match=r"b.csv.*what"):
        ingest(shop, [str(tmp_path / "b.csv")])
    assert list(layout_of(shop.home).home.rglob("*.parquet")) == []


def test_what_is_declared_changes(tmp_path: Path) -> None:
    rows = [row.replace("cart", '"put, in"') for row in some_rows(200)]
    write_log(tmp_path / "a.csv", rows[:150])
    write_log(tmp_path / "b.csv", rows[100:])
    kinds = {"view": ["view"], "purchase": ["buy"]}
    both(tmp_path, ["a.csv"], kinds=kinds)
    by_duckdb, by_spark = both(tmp_path, ["a.csv", "b.csv"], kinds={**kinds, "cart": ["put, in"]})
    assert by_spark == by_duckdb
    assert by_spark["rejected"] == []


def test_hashed_ids(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", ["broken-u7", *some_rows(100)])
    by_duckdb, by_spark = both(tmp_path, ["a.csv"], hash_ids=True)
    assert by_spark == by_duckdb
    assert {len(entity) for _, entity in by_spark["entities"]} == {64}
    held = b"".join(
        path.read_bytes() for path in (tmp_path / ".willbuy" / "spark").rglob("*") if path.is_file()
    )
    assert b"broken-u7" not in held


def test_a_date_in_many_small_files_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_SMALL_FILES", 1)
    rows = some_rows(300)
    write_log(tmp_path / "a.csv", rows[:200])
    write_log(tmp_path / "b.csv", rows[150:])
    for files in (["a.csv"], ["b.csv"]):
        by_duckdb, by_spark = both(tmp_path, files)
    assert by_spark == by_duckdb
    dates = [
        date_of(TableFile("", 0, name, 0))
        for name in files_of(on_spark(tmp_path))
        if name.startswith("events/")
    ]
    assert len(dates) == len(set(dates)) == 1
