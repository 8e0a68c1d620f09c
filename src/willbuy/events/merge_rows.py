"""The rows that a merge brings together, as SQL: with live events, those of files and of silver get the columns that these have."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from willbuy.events.canonical import EVENTS_TYPES, FIELDS
from willbuy.events.merge import Merge
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.ledger import TableFile

_sql = Dialect()


def staged_rows(merge: Merge) -> str:
    """SQL: what was staged; rows of files and live ones with the same columns, where there are live events."""
    if not merge.live:
        return parquet(merge.staged)
    rows = []
    for files, fields, kind in (
        (
            merge.staged,
            merge.mapped,
            "kind_code, CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS VARCHAR) AS kind_name",
        ),
        (merge.staged_live, frozenset(FIELDS), "CAST(NULL AS UTINYINT) AS kind_code, kind, kind_name"),
    ):
        columns = [
            name if name in fields else f"CAST(NULL AS {EVENTS_TYPES.get(name, 'VARCHAR')}) AS {name}"
            for name in FIELDS
            if name != "kind"
        ]
        if files:
            rows.append(
                f"SELECT bucket, rule, line, source, {kind}, {', '.join(columns)} FROM {parquet(files)}"
            )
    return f"({' UNION ALL '.join(rows)})"


def known_rows(merge: Merge, engine: duckdb.DuckDBPyConnection, known: Path) -> str:
    """SQL: what silver holds of a bucket; with the columns that only live events have, where there are some."""
    missing = _missing(merge, engine, known)
    if not missing:
        return f"SELECT * FROM {parquet([known])}"
    columns = ", ".join(
        f"CAST(NULL AS {EVENTS_TYPES[name]}) AS {name}" if name in missing else name for name in merge.columns
    )
    return f"SELECT {columns} FROM {parquet([known])}"


def _missing(merge: Merge, engine: duckdb.DuckDBPyConnection, known: Path) -> set[str]:
    if not merge.live:
        return set()
    return set(merge.columns) - {row[0] for row in run(engine, f"DESCRIBE SELECT * FROM {parquet([known])}")}


def widened(merge: Merge, engine: duckdb.DuckDBPyConnection, bucket: int) -> list[TableFile]:
    """The events of a bucket that nothing came for: all buckets have the same columns."""
    [*files] = merge.existing("events", bucket)
    known = merge.path("events", bucket)
    if known is None or not _missing(merge, engine, known):
        return files
    made = merge.write(engine, known_rows(merge, engine, known), "events", bucket)
    return [replace(made, first=files[0].first, last=files[0].last)]


def run(engine: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query and fetch every row."""
    return engine.execute(sql).fetchall()


def parquet(files: Sequence[Path]) -> str:
    """SQL: the rows of Parquet files of one shape."""
    return f"read_parquet([{', '.join(_sql.text(str(file)) for file in files)}], hive_partitioning = false)"
