"""What the merges of one run share, and what each of them gives."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from willbuy.events.canonical import EVENTS_TYPES, FIELDS
from willbuy.events.parquet import NUMBERS, write_parquet
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import TableFile


@dataclass(frozen=True)
class Outcome:
    """What a merge gave: its files, and the rows of each source by what became of them.

    `replaced` and `overruled` count rows that silver held and a live event stands for now: as a duplicate, a conflict.
    """

    files: Sequence[TableFile]
    kept: Mapping[int, int] = field(default_factory=dict)
    duplicates: Mapping[int, int] = field(default_factory=dict)
    conflicts: Mapping[int, int] = field(default_factory=dict)
    replaced: Mapping[int, int] = field(default_factory=dict)
    overruled: Mapping[int, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For the ledger."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Outcome":
        """From the ledger."""
        names = ("kept", "duplicates", "conflicts", "replaced", "overruled")
        counts = ({int(k): v for k, v in found[name].items()} for name in names)
        return cls([TableFile(**file) for file in found["files"]], *counts)


@dataclass(frozen=True)
class Merge:
    """What all merges of one run share. `old` are the files that readers see now, by table and bucket.

    `mapped` are the fields that files have; `live` the sources that came through the service, `staged_live` their rows.
    `ends` are the times of the last events of files, where there are live ones. Event files are in `order` and written
    with `options`; those that are `coded` hold a kind's number among `kind_names` in place of its two texts.
    """

    layout: Layout
    generation: int
    old: Mapping[tuple[str, int], TableFile]
    staged: Sequence[Path]
    sources: Sequence[int]
    mapped: frozenset[str]
    kind_names: Sequence[tuple[str, str]]
    live: frozenset[int] = frozenset()
    staged_live: Sequence[Path] = ()
    ends: Mapping[int, datetime] = field(default_factory=dict)
    order: str = "time, source, line"
    options: str = NUMBERS
    coded: bool = False

    def write(self, connection: duckdb.DuckDBPyConnection, sql: str, table: str, bucket: int) -> TableFile:
        """Write a query's rows as this generation's file of a bucket."""
        path = self.layout.silver(table, self.generation) / f"bucket={bucket:02d}.parquet"
        rows = write_parquet(connection, sql, path, self.options)
        return TableFile(table, bucket, path.relative_to(self.layout.home).as_posix(), rows)

    @property
    def columns(self) -> list[str]:
        """The columns of this shop's event files: those that every log has, and those that are mapped.

        Silver's other columns are nulls; the view adds them, which is cheaper than to write and read them.
        """
        always = {"entity_key", "time", "kind", "kind_name", "source", "line", "alone"}
        also = {"item_key"} if "item" in self.fields else set()
        return [name for name in EVENTS_TYPES if name in always | also | self.fields]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that silver has: those of files, and all where there are live events."""
        return frozenset(FIELDS) if self.live else self.mapped

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
