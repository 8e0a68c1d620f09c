"""Keeping bronze and silver on a PostgreSQL server: parts go there as they are finished, and are merged there."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from willbuy.events.account import FileAccount
from willbuy.events.keeping import LogSpan, ToMerge
from willbuy.events.live_source import plan_of
from willbuy.events.postgres.delivering import deliver, fetch
from willbuy.events.postgres.first_load import drop_coming
from willbuy.events.postgres.publishing import publish
from willbuy.events.postgres.server import IngestServer
from willbuy.events.reading import restage
from willbuy.events.workbench import Workbench
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Part
from willbuy.warehouse.postgres.ledger import PostgresLedger

FOLDER = "postgres"
"""Below the shop's home: what is on its way lies there, and nothing stays."""


@dataclass(frozen=True)
class PostgresKeeping:
    """The place of the engine `postgres`."""

    server: IngestServer
    ledger: PostgresLedger

    def begin(self, bench: Workbench) -> None:
        """Remove what a process that died left here, and what was staged by other settings; stage again what was lost.

        A server that crashed has emptied the tables of staged rows. Bronze is there, and they are made from it.
        """
        remove_passing(bench.layout)
        connection = self.server.main
        drop_coming(connection)
        connection.execute(_FORGET_STAGED, [bench.settings])
        if connection.execute('SELECT 1 FROM "staged_parts" LIMIT 1').fetchone() is None:
            connection.execute('TRUNCATE "staged", "staged_rejected"')
        for table in ("staged", "staged_rejected"):
            connection.execute(
                f'DELETE FROM "{table}" WHERE NOT EXISTS (SELECT FROM "staged_parts" AS p WHERE p."source" = "{table}"."source")'
            )
        for row in self.ledger.sources():
            if row.status == "done" or row.settings != bench.settings:
                continue
            rows = connection.execute('SELECT "part" FROM "staged_parts" WHERE "source" = %s', [row.source])
            there = {part for (part,) in rows}
            lost = [part for part in self.ledger.parts(row.source) if part.part not in there]
            plan = plan_of(bench.source, row)
            for _ in bench.in_parallel((part.part, partial(restage, bench, plan, part)) for part in lost):
                pass

    def keep(self, bench: Workbench, part: Part, *, fresh: bool) -> Part:
        """Copy the part to the server, and remove its local files."""
        return deliver(self.server, bench, part, fresh=fresh)

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
        """Merge on the server, and make it visible in one commit."""
        return publish(self.server, self.ledger, bench, staged)

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


def remove_passing(layout: Layout) -> None:
    """Remove what lay here on its way to the server, or back: nothing of it is needed once a command ends."""
    for folder in (layout.bronze(0), layout.staged(0), layout.rejected(0)):
        shutil.rmtree(folder.parent, ignore_errors=True)
    for path in layout.temporary.glob("*.*"):
        path.unlink(missing_ok=True)


_FORGET_STAGED = """
DELETE FROM "staged_parts" AS p WHERE p."settings" <> %s OR NOT EXISTS (
    SELECT FROM "sources" AS s WHERE s."source" = p."source" AND s."status" <> 'done' AND s."settings" = p."settings")"""
