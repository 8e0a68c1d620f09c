"""Files that Spark's ingest writes: a generation of a table at a time, synced before the ledger names it."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from willbuy.durable import sync_folder
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import TableFile
from willbuy.warehouse.spark.tables import COLUMNS, generation_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

WORKING = ("dropped",)
"""What a merge writes beside tables, and removes."""

_sql = Dialect()


def write(rows: "DataFrame", layout: Layout, table: str, generation: int) -> None:
    """Write a generation of a table, in place of what a run that died has left of it."""
    place = generation_folder(layout, table, generation)
    shutil.rmtree(place, ignore_errors=True)
    writer = rows.write.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    if "date" in COLUMNS.get(table, ()):
        writer = writer.partitionBy("date")
    writer.parquet(str(place))


def written(
    engine: duckdb.DuckDBPyConnection, layout: Layout, table: str, generation: int
) -> list[TableFile]:
    """A generation's files, synced, with their rows and the times of their events, as their footers tell."""
    place = generation_folder(layout, table, generation)
    paths = sorted(place.rglob("*.parquet"))
    if not paths:
        return []
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    for folder in {path.parent for path in paths}:
        sync_folder(folder)
    named = parquet(paths)
    rows = dict(engine.execute(f"SELECT file_name, num_rows FROM parquet_file_metadata({named})").fetchall())
    spans = _spans(engine, named) if table == "events" else {}
    return [
        TableFile(
            table,
            0,
            path.relative_to(layout.home).as_posix(),
            rows[str(path)],
            *spans.get(str(path), ()),
        )
        for path in paths
        if rows[str(path)]
    ]


def parquet(paths: Collection[Path]) -> str:
    """SQL for DuckDB: a list of files."""
    return f"[{', '.join(_sql.text(str(path)) for path in paths)}]"


def _spans(engine: duckdb.DuckDBPyConnection, named: str) -> dict[str, tuple[str, str]]:
    found = engine.execute(
        "SELECT file_name, min(CAST(stats_min_value AS TIMESTAMP)), max(CAST(stats_max_value AS TIMESTAMP)) "
        f"FROM parquet_metadata({named}) WHERE path_in_schema = 'time' GROUP BY file_name"
    ).fetchall()
    return {name: (first.isoformat(), last.isoformat()) for name, first, last in found}


def remove_others(layout: Layout, needed: Collection[str]) -> None:
    """Remove the files of tables that are not needed, and the folders that are left empty."""
    for table in (*COLUMNS, *WORKING):
        there = sorted((layout.home / table).rglob("*"), reverse=True)
        for path in there:
            if path.is_file() and path.relative_to(layout.home).as_posix() not in needed:
                path.unlink(missing_ok=True)
        for path in there:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
