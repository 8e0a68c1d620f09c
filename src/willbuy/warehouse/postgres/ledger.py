"""The ledger on a PostgreSQL server: the tables `sources`, `parts` and `rejections` of the shop's schema.

So another machine may go on where this one stopped. What it says of a part is committed together with the part's rows.
"""

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from willbuy.errors import ShopError
from willbuy.warehouse.ledger import LIVE, Part, SourceRow

if TYPE_CHECKING:
    import psycopg

_NAMES = [column.name for column in fields(SourceRow)]
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
_STAGED = ("staged", "staged_rejected", "staged_parts")


class PostgresLedger:
    """The ledger of the schema that a connection looks in; the connection is in autocommit."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    @property
    def generation(self) -> int:
        """How often silver was published; 0 before the first time."""
        rows = self._connection.execute('SELECT "value" FROM "meta" WHERE "key" = \'generation\'').fetchall()
        return int(rows[0][0]) if rows else 0

    def sources(self, status: str | None = None) -> list[SourceRow]:
        """All sources, or those of a status, by number."""
        rows = self._connection.execute(
            f'SELECT {_COLUMNS} FROM "sources" WHERE %s::text IS NULL OR "status" = %s ORDER BY "source"',
            [status, status],
        )
        return [_source_row(row) for row in rows]

    def kept_sources(self) -> list[SourceRow]:
        """The sources whose rows bronze keeps: those that are part of the log."""
        return self.sources("done")

    def hold(self, rows: Iterable[SourceRow]) -> None:
        """Refused: here a merge takes as long as what is new, and nothing is gained by waiting."""
        raise ShopError("sources are not held in PostgreSQL; ingest them without --hold")

    def live_sources(self) -> list[SourceRow]:
        """The sources that came through the service and are part of the log, by number."""
        return [row for row in self.sources("done") if row.format == LIVE]

    def add_source(self, row: SourceRow) -> SourceRow:
        """Register a file that is about to be read, under the next free number, with a table for its rows."""
        [(number,)] = self._connection.execute(
            'SELECT COALESCE(MAX("source"), 0) + 1 FROM "sources"'
        ).fetchall()
        made = replace(row, source=number, status="reading")
        values = [getattr(made, name) for name in _NAMES]
        values = [json.dumps(value) if isinstance(value, tuple) else value for value in values]
        marks = ", ".join(["%s"] * len(values))
        table = bronze_of(number)
        with self._connection.transaction():
            self._connection.execute(f'INSERT INTO "sources" ({_COLUMNS}) VALUES ({marks})', values)
            self._connection.execute(f'DROP TABLE IF EXISTS "{table}"')
            self._connection.execute(
                f'CREATE TABLE "{table}" (LIKE "events_raw" INCLUDING ALL, CHECK ("source" = {int(number)}))'
            )
        return made

    def source_staged(self, row: SourceRow, sha256: str) -> SourceRow:
        """Record that every part of a source is done; return it as it stands then."""
        sql = 'UPDATE "sources" SET "status" = \'staged\', "sha256" = %s WHERE "source" = %s'
        self._connection.execute(sql, [sha256, row.source])
        return replace(row, status="staged", sha256=sha256)

    def forget_source(self, source: int) -> None:
        """Forget a source that is no part of the log, with all its rows."""
        with self._connection.transaction():
            for table in _STAGED:
                self._connection.execute(f'DELETE FROM "{table}" WHERE "source" = %s', [source])
            self._connection.execute('DELETE FROM "sources" WHERE "source" = %s', [source])
            self._connection.execute(f'DROP TABLE IF EXISTS "{bronze_of(source)}"')

    def parts(self, source: int) -> list[Part]:
        """The finished parts of a source, in order. Their rows lie on the server: no part has a file."""
        rows = self._connection.execute(
            'SELECT "part", "digest", "first_line", "lines", "quotes", "read", "rejected" FROM "parts" '
            'WHERE "source" = %s ORDER BY "part"',
            [source],
        )
        return [
            Part(source, part, "", digest, first, lines, quotes, read=read, rejected=rejected)
            for part, digest, first, lines, quotes, read, rejected in rows
        ]

    def add_part(self, part: Part) -> None:
        """Nothing: the part was recorded in the transaction that brought its rows."""

    def rejections(self) -> dict[int, dict[str, int]]:
        """Refused rows by source and rule."""
        counts: dict[int, dict[str, int]] = {}
        rows = self._connection.execute('SELECT "source", "rule", "rows" FROM "rejections" ORDER BY 1, 2')
        for source, rule, count in rows:
            counts.setdefault(source, {})[rule] = count
        return counts


def bronze_of(source: int) -> str:
    """The table that holds a source's rows as they came, until it is part of the log, and a file's also then.

    >>> bronze_of(3)
    'events_raw_00003'
    """
    return f"events_raw_{int(source):05d}"


def _source_row(row: tuple[Any, ...]) -> SourceRow:
    values = dict(zip(_NAMES, row, strict=True))
    values |= {name: tuple(values[name]) for name in ("columns", "native_times")}
    return SourceRow(**values)
