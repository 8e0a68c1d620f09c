"""Keeping bronze and silver on a PostgreSQL server: parts go there as they are finished, and are merged there."""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from willbuy.events.account import FileAccount
from willbuy.events.keeping import LogSpan, ToMerge
from willbuy.events.live_source import plan_of
from willbuy.events.parquet import PARTIAL, PASSING
from willbuy.events.postgres.delivering import deliver, fetch
from willbuy.events.postgres.first_load import drop_coming
from willbuy.events.postgres.publishing import publish
from willbuy.events.postgres.server import IngestServer
from willbuy.events.reading import restage, staged_file
from willbuy.events.workbench import Workbench
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Part, SourceRow
from willbuy.warehouse.postgres.ledger import PostgresLedger

FOLDER = "postgres"
"""Below the shop's home: what is on its way lies there; nothing stays but the typed rows of a first load that has not ended."""


@dataclass(frozen=True)
class PostgresKeeping:
    """The place of the engine `postgres`.

    As long as nothing was published (`first`), typed rows stay on this machine, where the first load merges them.
    """

    server: IngestServer
    ledger: PostgresLedger
    first: bool
    raw = PASSING

    def begin(self, bench: Workbench) -> None:
        """Remove what a process that died left here, and what was staged by other settings; stage again what was lost.

        A server that crashed has emptied the tables of staged rows. Bronze is there, and they are made from it.
        """
        connection = self.server.main
        waiting = [
            row for row in self.ledger.sources() if row.status != "done" and row.settings == bench.settings
        ]
        remove_passing(bench.layout, [bench.layout.staged(row.source) for row in waiting if self.first])
        drop_coming(connection)
        connection.execute(_FORGET_STAGED, [bench.settings])
        if connection.execute('SELECT 1 FROM "staged_parts" LIMIT 1').fetchone() is None:
            connection.execute('TRUNCATE "staged", "staged_rejected"')
        for table in ("staged", "staged_rejected"):
            connection.execute(
                f'DELETE FROM "{table}" WHERE NOT EXISTS (SELECT FROM "staged_parts" AS p WHERE p."source" = "{table}"."source")'
            )
        for row in waiting:
            plan = plan_of(bench.source, row)
            lost = self._lost(bench, row)
            for _ in bench.in_parallel((part.part, partial(restage, bench, plan, part)) for part in lost):
                pass

    def _lost(self, bench: Workbench, row: SourceRow) -> list[Part]:
        """The parts of a source whose typed rows are not there: what is known of those is forgotten."""
        connection, parts = self.server.main, self.ledger.parts(row.source)
        rows = connection.execute('SELECT "part" FROM "staged_parts" WHERE "source" = %s', [row.source])
        known = {part for (part,) in rows}
        lost = [
            part
            for part in parts
            if part.part not in known or (self.first and not staged_file(bench, part).exists())
        ]
        for part in lost:
            if part.part in known:  # they lie on another machine
                lines = {
                    "source": part.source,
                    "part": part.part,
                    "first": part.first_line,
                    "end": part.first_line + part.lines,
                }
                for statement in _FORGET_PART:
                    connection.execute(statement, lines)
        return lost

    def keep(self, bench: Workbench, part: Part, *, fresh: bool) -> Part:
        """Copy the part to the server, and remove its local files, but what a first load needs here."""
        return deliver(self.server, bench, part, fresh=fresh, typed=not self.first)

    def bronze(self, bench: Workbench, part: Part) -> Part:
        """Fetch the part's bronze from the server."""
        return fetch(self.server, bench, part)

    def refused(self, bench: Workbench, parts: Sequence[Part], rule: str) -> tuple[int, str | None]:
        """The line and the value of the first row that broke a rule."""
        [found] = self.server.main.execute(
            'SELECT "line", "value" FROM "staged_rejected" WHERE "source" = %s AND "rule" = %s ORDER BY "line" LIMIT 1',
            [parts[0].source, rule],
        ).fetchall()
        return int(found[0]), found[1]

    def publish(self, bench: Workbench, staged: ToMerge) -> list[FileAccount]:
        """Merge, and make it visible in one commit."""
        accounts = publish(self.server, self.ledger, bench, staged, first=self.first)
        remove_passing(bench.layout)
        return accounts

    def log(self) -> LogSpan:
        """The entities, and the ends of the first and the last month that hold events."""
        [(entities,)] = self.server.main.execute('SELECT COUNT(*) FROM "entities"').fetchall()
        return LogSpan(int(entities), self._end("MIN"), self._end("MAX"))

    def _end(self, which: str) -> Any:
        order = "ASC" if which == "MIN" else "DESC"
        months = self.server.main.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = to_regclass('events') "
            f"ORDER BY 1 {order}"
        ).fetchall()
        for (month,) in months:
            [(found,)] = self.server.main.execute(f'SELECT {which}("time") FROM "{month}"').fetchall()
            if found is not None:
                return found
        return None


def remove_passing(layout: Layout, used: Collection[Path] = ()) -> None:
    """Remove what lay here on its way to the server, or back; but folders of typed rows that a first load can use."""
    for folder in (layout.bronze(0).parent, layout.rejected(0).parent, layout.silver("events", 1).parent):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in layout.staged(0).parent.glob("*"):
        if folder not in used:
            shutil.rmtree(folder, ignore_errors=True)
    for path in (*layout.temporary.glob("*.*"), *layout.staged(0).parent.glob(f"*/*{PARTIAL}")):
        path.unlink(missing_ok=True)


_FORGET_PART = (
    'DELETE FROM "staged_parts" WHERE "source" = %(source)s AND "part" = %(part)s',
    'DELETE FROM "staged_rejected" WHERE "source" = %(source)s AND "line" >= %(first)s AND "line" < %(end)s',
)
_FORGET_STAGED = """
DELETE FROM "staged_parts" AS p WHERE p."settings" <> %s OR NOT EXISTS (
    SELECT FROM "sources" AS s WHERE s."source" = p."source" AND s."status" <> 'done' AND s."settings" = p."settings")"""
