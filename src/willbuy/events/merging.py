"""Merging: the staged rows of a bucket and what silver holds of it become the bucket's new files.

Keys: an entity's key is `bucket + 16 x its number in the bucket`, an item's its number in the shop; new ones are
numbered in byte order of their ids, so the same files give the same keys whatever the order of their rows.
"""

from collections.abc import Mapping, Sequence
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
    numbered = _numbered("item", merge.path("items", 0), found, "", 1)
    return Outcome([merge.write(numbered, "items", 0)])


def merge_bucket(merge: Merge, bucket: int) -> Outcome:
    """Write a bucket's entities and events, and count what became of each source's rows."""
    rows = f"SELECT * FROM {_parquet(merge.staged)} WHERE bucket = {bucket}"
    if merge.run(f"CREATE OR REPLACE TEMP TABLE staged AS {rows}")[0][0] == 0:
        return Outcome([*merge.existing("events", bucket), *merge.existing("entities", bucket)])
    new = "SELECT DISTINCT entity FROM staged"
    numbered = _numbered("entity", merge.path("entities", bucket), new, f"{bucket} + ", BUCKETS)
    entities = merge.write(numbered, "entities", bucket)
    silver = merge.path("events", bucket)
    keyed = _keyed(merge, merge.layout.home / entities.file)
    if silver is None and len(merge.sources) == 1 and "event_id" not in merge.mapped:
        outcome = _write_events(merge, bucket, keyed)  # one file alone holds no duplicate: see duplicates.py
    else:
        outcome = _write_new_events(merge, bucket, keyed, silver)
    return replace(outcome, files=[*outcome.files, entities])


def _write_new_events(merge: Merge, bucket: int, keyed: str, silver: Path | None) -> Outcome:
    known = f"SELECT * FROM {_parquet([silver])}" if silver else None
    merge.run(f"CREATE OR REPLACE TEMP TABLE arrived AS {keyed}")
    find_duplicates(merge.connection, known)
    duplicates = _counts(merge, "SELECT source FROM dropped WHERE NOT conflict")
    conflicts = _counts(merge, "SELECT source FROM dropped WHERE conflict")
    new = "SELECT * FROM arrived ANTI JOIN dropped USING (source, line)"
    outcome = _write_events(merge, bucket, f"{known} UNION ALL {new}" if known else new)
    files = [*outcome.files]
    if conflicts:
        rows = "SELECT source, line, event_id AS value FROM arrived JOIN dropped USING (source, line) WHERE conflict"
        files.append(
            merge.write(f"{rows} ORDER BY source, line", f"conflicts-{merge.generation:05d}", bucket)
        )
    return replace(outcome, files=files, duplicates=duplicates, conflicts=conflicts)


def _write_events(merge: Merge, bucket: int, events: str) -> Outcome:
    file = merge.write(f"SELECT * FROM ({events}) ORDER BY time, source, line", "events", bucket)
    written = _parquet([merge.layout.home / file.file])
    first, last = merge.run(f"SELECT min(time), max(time) FROM {written}")[0]
    if first is not None:
        file = replace(file, first=first.isoformat(), last=last.isoformat())
    numbers = ", ".join(str(source) for source in merge.sources)
    return Outcome([file], kept=_counts(merge, f"SELECT source FROM {written} WHERE source IN ({numbers})"))


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
    given |= {name: f"s.{name}" for name in EVENTS_TYPES if name in merge.mapped and name not in given}
    chosen = ", ".join(
        f"CAST({given.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in EVENTS_TYPES.items()
    )
    items = f"LEFT JOIN {_parquet([merge.items])} AS i USING (item)" if "item" in merge.mapped else ""
    return f"SELECT {chosen} FROM staged AS s JOIN {_parquet([entities])} AS e USING (entity) {items}"


def _kind_case(names: Sequence[tuple[str, str]], which: int) -> str:
    whens = " ".join(f"WHEN {code} THEN {_sql.text(pair[which])}" for code, pair in enumerate(names))
    return f"CASE s.kind_code {whens} END"


def _counts(merge: Merge, rows: str) -> dict[int, int]:
    found = merge.run(f"SELECT source, count(*) FROM ({rows}) GROUP BY source ORDER BY source")
    return {int(source): int(count) for source, count in found}


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_sql.text(str(file)) for file in files)}])"
