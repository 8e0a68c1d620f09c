"""What an ingest did: every row of every file accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from willbuy.errors import WillbuyError
from willbuy.events.rules import RULES


@dataclass(frozen=True)
class FileAccount:
    """One file: `read = accepted + rejected + duplicates + held`.

    `skipped` says that it was ingested before; `held` counts rows that a later ingest merges.
    """

    path: str
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    rejected_by_rule: Mapping[str, int] = field(default_factory=dict)
    skipped: bool = False
    held: int = 0

    def check(self) -> None:
        """Raise WillbuyError unless every row is accounted for."""
        if self.read != self.accepted + self.rejected + self.duplicates + self.held:
            raise WillbuyError(
                f"{self.path}: {self.read} rows read, but {self.accepted} accepted + {self.rejected} rejected + "
                f"{self.duplicates} duplicates. This is a fault of willbuy; nothing was published. Please report it."
            )


@dataclass(frozen=True)
class IngestResult:
    """The rows of this ingest, and the log as it stands after it (`entities`, `first`, `last`; UTC).

    `repeated` counts rows that an interrupted ingest had in hand and this one did again.
    """

    files: Sequence[FileAccount]
    entities: int
    first: datetime | None
    last: datetime | None
    seconds: float

    @property
    def read(self) -> int:
        """Rows read."""
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows that are events now."""
        return sum(file.accepted for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows that broke a rule."""
        return sum(file.rejected for file in self.files)

    @property
    def duplicates(self) -> int:
        """Rows that are events of an earlier file, or have an event id seen before."""
        return sum(file.duplicates for file in self.files)

    @property
    def held(self) -> int:
        """Rows that wait for a later ingest."""
        return sum(file.held for file in self.files)

    @property
    def rejected_by_rule(self) -> dict[str, int]:
        """Refused rows by the rule they broke, most frequent first."""
        totals: dict[str, int] = {}
        for file in self.files:
            for rule, rows in file.rejected_by_rule.items():
                totals[rule] = totals.get(rule, 0) + rows
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    def to_json(self) -> dict[str, Any]:
        """The object that `willbuy ingest --json` prints."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "held": self.held,
            "entities": self.entities,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "seconds": round(self.seconds, 3),
            "rejected_by_rule": self.rejected_by_rule,
            "files": [
                {
                    "path": file.path,
                    "read": file.read,
                    "accepted": file.accepted,
                    "rejected": file.rejected,
                    "duplicates": file.duplicates,
                    "rejected_by_rule": dict(file.rejected_by_rule),
                    "skipped": file.skipped,
                    "held": file.held,
                }
                for file in self.files
            ],
        }


def render(result: IngestResult) -> Any:
    """The account as a table for the terminal."""
    from rich.console import Group
    from rich.table import Table

    table = Table(title="Rows", title_justify="left")
    table.add_column("file")
    for name in ("read", "accepted", "rejected", "duplicates"):
        table.add_column(name, justify="right")
    for file in result.files:
        note = " (ingested before)" if file.skipped else " (held)" if file.held else ""
        table.add_row(_from_here(file.path) + note, *_counts(file))
    if len(result.files) > 1:
        table.add_section()
        table.add_row("all", *_counts(result))
    lines: list[Any] = [table]
    says = {rule.name: rule.says for rule in RULES}
    for rule, rows in result.rejected_by_rule.items():
        lines.append(f"  rejected {rows:,}: {rule}: {says[rule]}")
    if result.held:
        lines.append(f"  held {result.held:,}: read and checked; the next ingest without --hold merges them")
    span = (
        f", {result.first:%Y-%m-%d %H:%M} to {result.last:%Y-%m-%d %H:%M} UTC"
        if result.first and result.last
        else ""
    )
    rate = f", {result.read / result.seconds:,.0f} rows/s" if result.read and result.seconds else ""
    lines.append(f"The log holds {result.entities:,} entities{span}. {result.seconds:.1f} s{rate}.")
    return Group(*lines)


def _from_here(path: str) -> str:
    """The path as seen from the current folder, if it lies below it."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _counts(row: FileAccount | IngestResult) -> list[str]:
    return [f"{number:,}" for number in (row.read, row.accepted, row.rejected, row.duplicates)]
