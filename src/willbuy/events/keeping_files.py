"""Keeping bronze and silver as Parquet files below the shop's folder, with the ledger in a SQLite file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from willbuy.events.account import FileAccount
from willbuy.events.keeping import LogSpan, ToMerge
from willbuy.events.parquet import TEXT
from willbuy.events.publishing import publish
from willbuy.events.sweeping import sweep
from willbuy.events.workbench import Workbench
from willbuy.warehouse.ledger import Ledger, Part


@dataclass(frozen=True)
class FilesKeeping:
    """The place of the engine `duckdb`: what was read and typed lies where it is kept already."""

    ledger: Ledger
    raw = TEXT

    def begin(self, bench: Workbench) -> None:
        """Remove what a process that died left behind."""
        sweep(bench.layout, self.ledger)

    def keep(self, bench: Workbench, part: Part, *, fresh: bool) -> Part:
        """The part as it is."""
        return part

    def bronze(self, bench: Workbench, part: Part) -> Part:
        """The part as it is."""
        return part

    def refused(self, bench: Workbench, parts: Sequence[Part], rule: str) -> tuple[int, str | None]:
        """The line and the value of the first row that broke a rule."""
        rejects = [bench.layout.home / part.rejects for part in parts if part.rejects]
        return first_refused(bench.connection, rejects, rule)

    def publish(self, bench: Workbench, staged: ToMerge) -> list[FileAccount]:
        """Merge into the next generation of silver, and make it visible in one commit."""
        return publish(bench, self.ledger, staged)

    def log(self) -> LogSpan:
        """What the ledger says of the visible files."""
        tables = self.ledger.files()
        events = [table for table in tables if table.name == "events"]
        first = min((table.first for table in events if table.first), default=None)
        last = max((table.last for table in events if table.last), default=None)
        return LogSpan(
            sum(table.rows for table in tables if table.name == "entities"),
            datetime.fromisoformat(first) if first else None,
            datetime.fromisoformat(last) if last else None,
        )


def first_refused(
    engine: duckdb.DuckDBPyConnection, rejects: Sequence[Path], rule: str
) -> tuple[int, str | None]:
    """The line and the value of the first row in files of refused rows that broke a rule."""
    [(line, value)] = engine.execute(
        "SELECT line, value FROM read_parquet(?) WHERE rule = ? ORDER BY line LIMIT 1",
        [[str(file) for file in rejects], rule],
    ).fetchall()
    return int(line), value
