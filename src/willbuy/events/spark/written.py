"""Files that Spark's ingest writes: a generation of a table at a time, synced before the ledger names it."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from willbuy.durable import sync_folder
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import TableFile
from willbuy.warehouse.spark.tables import COLUMNS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

WORKING = ("dropped",)
"""What a merge writes beside tables, and removes."""

_sql = Dialect()


def write(
    engine: duckdb.DuckDBPyConnection, rows: "DataFrame", layout: Layout, table: str, generation: int
) -> list[TableFile]:
    """Write a generation of a table. Returns its files, synced, with their rows and the times of their events.

    Each attempt has a folder of its own: a Java process that outlives its parent for a moment does no harm in it.
    """
    place = layout.home / table / f"generation={generation:05d}-{uuid4().hex[:6]}"
    writer = rows.write.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    if "date" in COLUMNS.get(table, ()):
        writer = writer.partitionBy("date")
    writer.parquet(str(place))
    paths = sorted(place.rglob("*.parquet"))
    if not paths:
        return []
    _sync(paths)
    named = parquet(paths)
    count = f"SELECT file_name, num_rows FROM parquet_file_metadata({named})"
    found = dict(engine.execute(count).fetchall())
    spans = _spans(engine, named) if table == "events" else {}
    return [
        TableFile(table, 0, path.relative_to(layout.home).as_posix(), rows_in, *spans.get(str(path), ()))
        for path in paths
        if (rows_in := found[str(path)])
    ]


def _sync(paths: Sequence[Path]) -> None:
    """Make files durable, and their names: Spark leaves that to the system."""
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    for folder in {folder for path in paths for folder in path.parents[:3]}:
        sync_folder(folder)


def parquet(paths: Collection[Path]) -> str:
    """SQL for DuckDB: a list of files."""
    return f"[{', '.join(_sql.text(str(path)) for path in paths)}]"


def _spans(engine: duckdb.DuckDBPyConnection, named: str) -> dict[str, tuple[str, str]]:
    found = engine.execute(
        "SELECT file_name, min(CAST(stats_min_value AS TIMESTAMP)), max(CAST(stats_max_value AS TIMESTAMP)) "
        f"FROM parquet_metadata({named}) WHERE path_in_schema = 'time' GROUP BY file_name"
    ).fetchall()
    return {name: (first.isoformat(), last.isoformat()) for name, first, last in found}


def remove_others(layout: Layout, files: Sequence[TableFile]) -> None:
    """Remove the files of tables that are none of these, and the folders that are left empty."""
    needed = {file.file for file in files}
    for table in (*COLUMNS, *WORKING):
        there = sorted((layout.home / table).rglob("*"), reverse=True)
        for path in there:
            if path.is_file() and path.relative_to(layout.home).as_posix() not in needed:
                path.unlink(missing_ok=True)
        for path in there:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
