"""Merging: the staged rows of a bucket and what silver holds of it become the bucket's new files.

Keys: an entity's key is `bucket + 16 x its number in the bucket`, an item's its number in the shop; new ones are
numbered in byte order of their ids, so the same files give the same keys whatever the order of their rows.

Identity: with an event id, rows of one entity with the same id are one event. Without, an event is its fields and
its ordinal among equal rows of its file: two equal rows of one file are two events, the same two rows in a second
file are the same two events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.events.parquet import write_parquet
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS, Layout

_sql = Dialect()
COLUMNS = {name: text.split(",")[0].split(" ")[0] for name, text in EVENTS_COLUMNS.items()}
"""Silver's columns and their SQL types."""


@dataclass(frozen=True)
class Existing:
    """The files of a bucket that readers see now; None where there are none yet."""

    events: Path | None
    entities: Path | None


@dataclass(frozen=True)
class Merge:
    """What all merges of one run share."""

    layout: Layout
    generation: int
    staged: Sequence[Path]
    sources: Sequence[int]
    mapped: frozenset[str]
    kind_names: Sequence[tuple[str, str]]

    def file(self, table: str, bucket: int) -> Path:
        """Where this generation keeps a bucket of a table."""
        return self.layout.silver(table, self.generation) / f"bucket={bucket:02d}.parquet"

    @property
    def items(self) -> Path:
        """Where this generation keeps the items."""
        return self.layout.silver("items", self.generation) / "items.parquet"


def merge_items(connection: duckdb.DuckDBPyConnection, merge: Merge, existing: Path | None) -> int:
    """Write this generation's items: the known ones with their keys, then the new ones in byte order."""
    if "item" not in merge.mapped:
        found = "SELECT CAST(NULL AS VARCHAR) AS item WHERE false"
    else:
        found = f"SELECT DISTINCT item FROM {_parquet(merge.staged)} WHERE rule = 0 AND item IS NOT NULL"
    old = _table(existing, "item_key BIGINT, item VARCHAR")
    sql = f"""
        WITH old AS MATERIALIZED ({old}), new AS ({found} EXCEPT SELECT item FROM old)
        SELECT item_key, item FROM old
        UNION ALL
        SELECT (SELECT count(*) FROM old) + row_number() OVER (ORDER BY item) - 1, item FROM new
        ORDER BY item_key"""
    return write_parquet(connection, sql, merge.items)


def merge_bucket(
    connection: duckdb.DuckDBPyConnection, merge: Merge, bucket: int, existing: Existing
) -> dict[str, Any]:
    """Write a bucket's entities and events. Returns their numbers, first and last time, and rows kept by source."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    run(
        f"CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM {_parquet(merge.staged)} WHERE bucket = {bucket}"
    )
    entities = merge.file("entities", bucket)
    known = write_parquet(connection, _entities(bucket, existing.entities), entities)
    events = merge.file("events", bucket)
    total = write_parquet(connection, _events(merge, entities, existing.events), events)
    run("DROP TABLE staged")
    numbers = ", ".join(str(source) for source in merge.sources)
    kept = run(
        f"SELECT source, count(*) FROM {_parquet([events])} WHERE source IN ({numbers}) GROUP BY source ORDER BY source"
    )
    first, last = run(f"SELECT min(time), max(time) FROM {_parquet([events])}")[0]
    return {
        "entities": known,
        "events": total,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "kept": {str(source): int(count) for source, count in kept},
    }


def _entities(bucket: int, existing: Path | None) -> str:
    old = _table(existing, "entity_key BIGINT, entity VARCHAR")
    return f"""
        WITH old AS MATERIALIZED ({old}), new AS (SELECT DISTINCT entity FROM staged EXCEPT SELECT entity FROM old)
        SELECT entity_key, entity FROM old
        UNION ALL
        SELECT {bucket} + {BUCKETS} * ((SELECT count(*) FROM old) + row_number() OVER (ORDER BY entity) - 1), entity
        FROM new
        ORDER BY entity_key"""


def _events(merge: Merge, entities: Path, existing: Path | None) -> str:
    rows = _keyed(merge, entities)
    return f"SELECT * FROM ({rows}) ORDER BY time, source, line"


def _keyed(merge: Merge, entities: Path) -> str:
    """The staged rows in silver's columns."""
    given = {
        "entity_key": "e.entity_key",
        "kind": _kind_case(merge.kind_names, 1),
        "kind_name": _kind_case(merge.kind_names, 0),
        "item_key": "i.item_key" if "item" in merge.mapped else None,
        "source": "s.source",
        "line": "s.line",
    }
    given |= {name: f"s.{name}" for name in COLUMNS if name in merge.mapped and name not in given}
    chosen = ", ".join(
        f"CAST({given.get(name) or 'NULL'} AS {kind}) AS {name}" for name, kind in COLUMNS.items()
    )
    items = f"LEFT JOIN {_parquet([merge.items])} AS i USING (item)" if "item" in merge.mapped else ""
    return f"SELECT {chosen} FROM staged AS s JOIN {_parquet([entities])} AS e USING (entity) {items}"


def _kind_case(names: Sequence[tuple[str, str]], which: int) -> str:
    whens = " ".join(f"WHEN {code} THEN {_sql.text(pair[which])}" for code, pair in enumerate(names))
    return f"CASE s.kind_code {whens} END"


def _table(file: Path | None, columns: str) -> str:
    if file is not None:
        return f"SELECT * FROM {_parquet([file])}"
    nothing = ", ".join(
        f"CAST(NULL AS {column.split()[1]}) AS {column.split()[0]}" for column in columns.split(", ")
    )
    return f"SELECT {nothing} WHERE false"


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_sql.text(str(file)) for file in files)}])"
