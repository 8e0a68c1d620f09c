"""Merging: the staged rows of some buckets and what silver holds of them become the buckets' new files.

Keys: an entity's key is `bucket + 16 x its number in the bucket`, an item's its number in the shop; new ones are
numbered in byte order of their ids, so the same files give the same keys whatever the order of their rows.

Buckets are merged two at a time: one pass over the staged rows serves both, and a kill repeats an eighth of the merges.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from willbuy.events.canonical import EVENTS_TYPES
from willbuy.events.duplicates import find_duplicates
from willbuy.events.parquet import write_parquet
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS, Layout
from willbuy.warehouse.ledger import TableFile

_sql = Dialect()
TABLES = ("events", "entities")


@dataclass(frozen=True)
class Outcome:
    """What a merge gave: its files, and the rows of each source by what became of them."""

    files: Sequence[TableFile]
    kept: Mapping[int, int] = field(default_factory=dict)
    duplicates: Mapping[int, int] = field(default_factory=dict)
    conflicts: Mapping[int, int] = field(default_factory=dict)

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
    """What all merges of one run share. `old` are the files that readers see now, by table and bucket."""

    connection: duckdb.DuckDBPyConnection
    layout: Layout
    generation: int
    old: Mapping[tuple[str, int], TableFile]
    staged: Sequence[Path]
    sources: Sequence[int]
    mapped: frozenset[str]
    kind_names: Sequence[tuple[str, str]]

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement."""
        return self.connection.execute(sql).fetchall()

    def write(self, sql: str, table: str, bucket: int) -> TableFile:
        """Write a query's rows as this generation's file of a bucket."""
        path = self.layout.silver(table, self.generation) / f"bucket={bucket:02d}.parquet"
        rows = write_parquet(self.connection, sql, path)
        return TableFile(table, bucket, path.relative_to(self.layout.home).as_posix(), rows)

    def existing(self, table: str, bucket: int) -> list[TableFile]:
        """The file of a bucket that readers see now, if there is one."""
        return [file for (name, at), file in self.old.items() if (name, at) == (table, bucket)]

    def path(self, table: str, bucket: int) -> Path | None:
        """Where that file lies."""
        return next((self.layout.home / file.file for file in self.existing(table, bucket)), None)

    @property
    def items(self) -> Path:
        """Where this generation keeps the items."""
        return self.layout.silver("items", self.generation) / "bucket=00.parquet"


def merge_items(merge: Merge) -> Outcome:
    """Write this generation's items: the known ones with their keys, then the new ones in byte order."""
    if "item" not in merge.mapped:
        return Outcome(merge.existing("items", 0))
    found = f"SELECT DISTINCT item FROM {_parquet(merge.staged)} WHERE rule = 0 AND item IS NOT NULL"
    known = merge.path("items", 0)
    if known is None:
        numbered = (
            f"SELECT row_number() OVER (ORDER BY item) - 1 AS item_key, item FROM ({found}) ORDER BY item_key"
        )
        return Outcome([merge.write(numbered, "items", 0)])
    old = f"SELECT * FROM {_parquet([known])}"
    new = f"SELECT item FROM ({found}) ANTI JOIN ({old}) USING (item)"
    number = f"(SELECT count(*) FROM ({old})) + row_number() OVER (ORDER BY item) - 1"
    numbered = f"{old} UNION ALL SELECT {number}, item FROM ({new}) ORDER BY item_key"
    return Outcome([merge.write(numbered, "items", 0)])


def merge_buckets(merge: Merge, buckets: Sequence[int]) -> Outcome:
    """Write the entities and events of some buckets, and count what became of each source's rows."""
    some = ", ".join(str(bucket) for bucket in buckets)
    rows = f"SELECT * FROM {_parquet(merge.staged)} WHERE bucket IN ({some})"
    if merge.run(f"CREATE OR REPLACE TEMP TABLE staged AS {rows}")[0][0] == 0:
        return Outcome(
            [file for bucket in buckets for name in TABLES for file in merge.existing(name, bucket)]
        )
    files = _write_entities(merge, buckets)
    merge.run(f"CREATE OR REPLACE TEMP TABLE arrived AS {_keyed(merge)}")
    silver = _all(merge.path("events", bucket) for bucket in buckets)
    duplicates: dict[int, int] = {}
    conflicts: dict[int, int] = {}
    if silver or len(merge.sources) > 1 or "event_id" in merge.mapped:  # else no row can be a duplicate
        find_duplicates(merge.connection, silver, f"SELECT {_wide(merge)} FROM arrived")
        duplicates = _counts(merge, "SELECT source FROM dropped WHERE NOT conflict")
        conflicts = _counts(merge, "SELECT source FROM dropped WHERE conflict")
        files += _write_conflicts(merge, buckets[0]) if conflicts else []
        merge.run(
            "DELETE FROM arrived USING dropped AS d WHERE arrived.source = d.source AND arrived.line = d.line"
        )
    events = [_write_events(merge, bucket) for bucket in buckets]
    numbers = ", ".join(str(source) for source in merge.sources)
    written = _parquet([merge.layout.home / file.file for file in events])
    kept = _counts(merge, f"SELECT source FROM {written} WHERE source IN ({numbers})")
    return Outcome([*files, *events], kept, duplicates, conflicts)


def _write_entities(merge: Merge, buckets: Sequence[int]) -> list[TableFile]:
    """Make the table `numbered(entity_key, entity)` of these buckets, and their files."""
    known = _all(merge.path("entities", bucket) for bucket in buckets)
    old = known or "SELECT CAST(NULL AS BIGINT) AS entity_key, CAST(NULL AS VARCHAR) AS entity WHERE false"
    new = "SELECT DISTINCT bucket, entity FROM staged"
    if known:
        new = f"SELECT * FROM ({new}) ANTI JOIN ({known}) USING (entity)"
    counted = f"SELECT entity_key % {BUCKETS} AS bucket, count(*) AS known FROM ({old}) GROUP BY ALL"
    place = "coalesce(known, 0) + row_number() OVER (PARTITION BY bucket ORDER BY entity) - 1"
    merge.run(
        f"CREATE OR REPLACE TEMP TABLE numbered AS {old} UNION ALL "
        f"SELECT CAST(bucket + {BUCKETS} * ({place}) AS BIGINT) AS entity_key, entity "
        f"FROM ({new}) LEFT JOIN ({counted}) USING (bucket)"
    )
    return [
        merge.write(
            f"FROM numbered WHERE entity_key % {BUCKETS} = {bucket} ORDER BY entity_key", "entities", bucket
        )
        for bucket in buckets
    ]


def _keyed(merge: Merge) -> str:
    """The staged rows with keys in place of ids, as narrow as they can be until they are sorted."""
    kept = [f"s.{name}" for name in EVENTS_TYPES if name in merge.mapped and name not in ("item", "kind")]
    items = item = ""
    if "item" in merge.mapped:
        items, item = f"LEFT JOIN {_parquet([merge.items])} AS i USING (item)", ", i.item_key"
    chosen = f"n.entity_key, s.kind_code, s.source, s.line{item}, {', '.join(kept)}"
    return f"SELECT {chosen} FROM staged AS s JOIN numbered AS n USING (entity) {items}"


def _wide(merge: Merge) -> str:
    """SQL: the columns of `arrived` as silver's columns."""
    given = {name: name for name in EVENTS_TYPES if name in merge.mapped}
    given |= {name: name for name in ("entity_key", "source", "line")}
    given |= {"kind": _kind_case(merge.kind_names, 1), "kind_name": _kind_case(merge.kind_names, 0)}
    if "item" in merge.mapped:
        given["item_key"] = "item_key"
    return ", ".join(
        f"CAST({given.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in EVENTS_TYPES.items()
    )


def _write_events(merge: Merge, bucket: int) -> TableFile:
    rows = f"SELECT * FROM arrived WHERE entity_key % {BUCKETS} = {bucket}"
    known = merge.path("events", bucket)
    if known is None:
        sql = f"SELECT {_wide(merge)} FROM ({rows} ORDER BY time, source, line)"
    else:
        sql = f"FROM {_parquet([known])} UNION ALL SELECT {_wide(merge)} FROM ({rows}) ORDER BY time, source, line"
    file = merge.write(sql, "events", bucket)
    first, last = merge.run(f"SELECT min(time), max(time) FROM {_parquet([merge.layout.home / file.file])}")[
        0
    ]
    return file if first is None else replace(file, first=first.isoformat(), last=last.isoformat())


def _write_conflicts(merge: Merge, bucket: int) -> list[TableFile]:
    rows = (
        "SELECT source, line, event_id AS value FROM arrived JOIN dropped USING (source, line) WHERE conflict"
    )
    return [merge.write(f"{rows} ORDER BY source, line", f"conflicts-{merge.generation:05d}", bucket)]


def _kind_case(names: Sequence[tuple[str, str]], which: int) -> str:
    whens = " ".join(f"WHEN {code} THEN {_sql.text(pair[which])}" for code, pair in enumerate(names))
    return f"CASE kind_code {whens} END"


def _counts(merge: Merge, rows: str) -> dict[int, int]:
    found = merge.run(f"SELECT source, count(*) FROM ({rows}) GROUP BY source ORDER BY source")
    return {int(source): int(count) for source, count in found}


def _all(files: Iterable[Path | None]) -> str:
    """SQL for the rows of those files that are there, or nothing."""
    there = [file for file in files if file is not None]
    return f"SELECT * FROM {_parquet(there)}" if there else ""


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_sql.text(str(file)) for file in files)}], hive_partitioning = false)"
