"""Merging: the staged rows of a bucket and what silver holds of it become the bucket's new files.

Keys: an entity's key is `bucket + 16 x its number in the bucket`, an item's its number in the shop; new ones are
numbered in byte order of their ids, so the same files give the same keys whatever the order of their rows.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.events.duplicates import find_duplicates
from willbuy.events.parquet import write_parquet
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS, Layout
from willbuy.warehouse.ledger import TableFile

_sql = Dialect()
COLUMNS = {name: text.split(",")[0].split(" ")[0] for name, text in EVENTS_COLUMNS.items()}
"""Silver's columns and their SQL types."""


@dataclass(frozen=True)
class Existing:
    """The files that readers see now; None where there are none yet."""

    events: Path | None
    entities: Path | None
    items: Path | None


@dataclass(frozen=True)
class Outcome:
    """What a merge gave: its files, and the rows of each source by what became of them."""

    files: Sequence[TableFile]
    kept: dict[int, int]
    duplicates: dict[int, int]
    conflicts: dict[int, int]

    def to_json(self) -> dict[str, Any]:
        """For the ledger."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Outcome":
        """From the ledger."""
        counts = ({int(k): v for k, v in found[name].items()} for name in ("kept", "duplicates", "conflicts"))
        return cls([TableFile(**file) for file in found["files"]], *counts)


@dataclass(frozen=True)
class Merge:
    """What all merges of one run share."""

    connection: duckdb.DuckDBPyConnection
    layout: Layout
    generation: int
    staged: Sequence[Path]
    sources: Sequence[int]
    mapped: frozenset[str]
    kind_names: Sequence[tuple[str, str]]

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement."""
        return self.connection.execute(sql).fetchall()

    def write(self, sql: str, table: str, bucket: int) -> tuple[Path, TableFile]:
        """Write a query's rows as this generation's file of a bucket."""
        path = self.layout.silver(table, self.generation) / f"bucket={bucket:02d}.parquet"
        rows = write_parquet(self.connection, sql, path)
        return path, TableFile(table, bucket, path.relative_to(self.layout.home).as_posix(), rows)

    @property
    def items(self) -> Path:
        """Where this generation keeps the items."""
        return self.layout.silver("items", self.generation) / "bucket=00.parquet"


def merge_items(merge: Merge, existing: Existing) -> Outcome:
    """Write this generation's items: the known ones with their keys, then the new ones in byte order."""
    found = "SELECT CAST(NULL AS VARCHAR) AS item WHERE false"
    if "item" in merge.mapped:
        found = f"SELECT DISTINCT item FROM {_parquet(merge.staged)} WHERE rule = 0 AND item IS NOT NULL"
    _, file = merge.write(_numbered("item", existing.items, found, "", 1), "items", 0)
    return Outcome([file], {}, {}, {})


def merge_bucket(merge: Merge, bucket: int, existing: Existing) -> Outcome:
    """Write a bucket's entities and events, and count what became of each source's rows."""
    rows = f"SELECT * FROM {_parquet(merge.staged)} WHERE bucket = {bucket}"
    merge.run(f"CREATE OR REPLACE TEMP TABLE staged AS {rows}")
    new = "SELECT DISTINCT entity FROM staged"
    entities, entities_file = merge.write(
        _numbered("entity", existing.entities, new, f"{bucket} + ", BUCKETS), "entities", bucket
    )
    silver = f"SELECT * FROM {_parquet([existing.events])}" if existing.events else None
    if silver is None and len(merge.sources) == 1 and "event_id" not in merge.mapped:
        events = _keyed(merge, entities)  # one file alone holds no duplicate, by the definition of identity
        duplicates = conflicts = dict[int, int]()
        conflict_files: list[TableFile] = []
    else:
        merge.run(f"CREATE OR REPLACE TEMP TABLE arrived AS {_keyed(merge, entities)}")
        find_duplicates(merge.connection, silver)
        duplicates, conflicts = (
            _counts(merge, f"SELECT source FROM dropped WHERE {which}")
            for which in ("NOT conflict", "conflict")
        )
        conflict_files = _conflicts(merge, bucket) if conflicts else []
        events = "SELECT * FROM arrived ANTI JOIN dropped USING (source, line)"
        events = f"{silver} UNION ALL {events}" if silver else events
    path, events_file = merge.write(f"SELECT * FROM ({events}) ORDER BY time, source, line", "events", bucket)
    first, last = merge.run(f"SELECT min(time), max(time) FROM {_parquet([path])}")[0]
    if first is not None:
        events_file = TableFile(
            **{**asdict(events_file), "first": first.isoformat(), "last": last.isoformat()}
        )
    numbers = ", ".join(str(source) for source in merge.sources)
    kept = _counts(merge, f"SELECT source FROM {_parquet([path])} WHERE source IN ({numbers})")
    for table in ("staged", "arrived", "dropped"):
        merge.run(f"DROP TABLE IF EXISTS {table}")
    return Outcome([events_file, entities_file, *conflict_files], kept, duplicates, conflicts)


def _numbered(name: str, existing: Path | None, found: str, offset: str, step: int) -> str:
    """The known ids with their keys, and new ones numbered on from them in byte order."""
    old = f"SELECT CAST(NULL AS BIGINT) AS {name}_key, CAST(NULL AS VARCHAR) AS {name} WHERE false"
    if existing is not None:
        old = f"SELECT * FROM {_parquet([existing])}"
    return f"""
        WITH old AS MATERIALIZED ({old}), new AS ({found} EXCEPT SELECT {name} FROM old)
        SELECT {name}_key, {name} FROM old
        UNION ALL
        SELECT {offset}{step} * ((SELECT count(*) FROM old) + row_number() OVER (ORDER BY {name}) - 1), {name} FROM new
        ORDER BY {name}_key"""


def _keyed(merge: Merge, entities: Path) -> str:
    """The staged rows in silver's columns."""
    given = {
        "entity_key": "e.entity_key",
        "kind": _kind_case(merge.kind_names, 1),
        "kind_name": _kind_case(merge.kind_names, 0),
        "item_key": "i.item_key" if "item" in merge.mapped else "NULL",
        "source": "s.source",
        "line": "s.line",
    }
    given |= {name: f"s.{name}" for name in COLUMNS if name in merge.mapped and name not in given}
    chosen = ", ".join(
        f"CAST({given.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in COLUMNS.items()
    )
    items = f"LEFT JOIN {_parquet([merge.items])} AS i USING (item)" if "item" in merge.mapped else ""
    return f"SELECT {chosen} FROM staged AS s JOIN {_parquet([entities])} AS e USING (entity) {items}"


def _kind_case(names: Sequence[tuple[str, str]], which: int) -> str:
    whens = " ".join(f"WHEN {code} THEN {_sql.text(pair[which])}" for code, pair in enumerate(names))
    return f"CASE s.kind_code {whens} END"


def _counts(merge: Merge, rows: str) -> dict[int, int]:
    found = merge.run(f"SELECT source, count(*) FROM ({rows}) GROUP BY source ORDER BY source")
    return {int(source): int(count) for source, count in found}


def _conflicts(merge: Merge, bucket: int) -> list[TableFile]:
    rows = (
        "SELECT source, line, event_id AS value FROM arrived JOIN dropped USING (source, line) WHERE conflict"
    )
    table = f"conflicts-{merge.generation:05d}"
    return [merge.write(f"{rows} ORDER BY source, line", table, bucket)[1]]


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_sql.text(str(file)) for file in files)}])"
