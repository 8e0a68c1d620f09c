"""Accounts: what a task on a worker made of its rows, left beside them when it is done."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from willbuy.durable import write_durably
from willbuy.events.guarding import Guard
from willbuy.events.presets import ResolvedSource
from willbuy.events.staging import stage_rows
from willbuy.events.typed import RowPlan
from willbuy.events.workbench import Tools
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout

_sql = Dialect()


@dataclass(frozen=True)
class Hands:
    """What every task of an ingest needs to know. `memory` is what one task's engine may take."""

    layout: Layout
    source: ResolvedSource
    settings: str
    memory: str
    guard: Guard


@dataclass(frozen=True)
class SpanAccount:
    """What became of a span. `dates` counts the sound rows by date (ISO); files are relative to the home of the tables."""

    rows: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    read: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    dates: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "SpanAccount") -> "SpanAccount":
        """The account of both.

        >>> (SpanAccount(read=2, dates={"2015-06-01": 2}) + SpanAccount(read=1, dates={"2015-06-01": 1})).dates
        {'2015-06-01': 3}
        """
        return SpanAccount(
            [*self.rows, *other.rows],
            [*self.rejects, *other.rejects],
            self.read + other.read,
            _added(self.rejected, other.rejected),
            _added(self.dates, other.dates),
        )


def tools_in(hands: Hands, folder: Path) -> Tools:
    """The tools of one task, whose files lie in a folder of its own."""
    return Tools(
        layout=Layout(folder), settings=hands.settings, workers=1, memory=hands.memory, guard=hands.guard
    )


def typed_account(
    hands: Hands, tools: Tools, plan: RowPlan, rows: str, source: int, quotes: bool, name: str
) -> SpanAccount:
    """Type rows `(line, raw, fault)` of a source, given as SQL, into files with their text beside what they mean."""
    staged, rejects = (tools.layout.home / f"{what}-{name}.parquet" for what in ("rows", "rejects"))
    made = stage_rows(tools.connection, plan, rows, source, quotes, staged, rejects, with_text=True)
    return SpanAccount(
        rows=[staged.relative_to(hands.layout.home).as_posix()],
        rejects=[rejects.relative_to(hands.layout.home).as_posix()] if made.rejected else [],
        read=made.read,
        rejected=made.rejected,
        dates=_dates(tools.connection, staged) if made.read else {},
    )


def leave_accounts(path: Path, accounts: Mapping[int, SpanAccount]) -> None:
    """Write the accounts of a task that is done, by source."""
    write_durably(
        path, json.dumps({source: asdict(account) for source, account in accounts.items()}).encode()
    )


def read_accounts(path: Path) -> dict[int, SpanAccount]:
    """The accounts that a task has left, by source."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return {int(source): SpanAccount(**account) for source, account in found.items()}


def _dates(connection: duckdb.DuckDBPyConnection, staged: Path) -> dict[str, int]:
    found = connection.execute(
        "SELECT CAST(CAST(time AS DATE) AS VARCHAR), count(*) "
        f"FROM read_parquet({_sql.text(str(staged))}) WHERE rule = 0 GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return dict(found)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
