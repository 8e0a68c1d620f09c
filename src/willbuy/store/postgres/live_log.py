"""The stored events on the server, in the order of their numbers: what `willbuy ingest --live` reads while services write."""

from collections.abc import Iterator
from types import TracebackType

from willbuy.errors import StoreError
from willbuy.events.canonical import KINDS
from willbuy.events.live_source import LiveRow
from willbuy.store.moments import to_microseconds
from willbuy.store.postgres.server import Server

_COLUMNS = (
    'seq, entity, event_id, "time", received, kind, kind_name, item, category, price, quantity, session'
)
_ROWS = 5_000


class PostgresLiveLog:
    """The events of a store, read only. Use as a context manager. Raises StoreError where nothing was served from there yet."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._db = server.connect()
        with server.explained():
            sql = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'live_events'"
            [found] = self._db.execute(sql, [server.schema]).fetchone() or (0,)
        if not found:
            self._db.close()
            raise StoreError(
                f"no live events in the schema {server.schema}: nothing was served here yet. Start: willbuy serve"
            )

    def last(self) -> int:
        """The greatest number that was given; whatever is stored later has a greater one.

        Numbers are given before their events are committed, so this waits for whoever is storing events at this moment.
        """
        with self._server.explained(), self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", [self._server.lock])
            sql = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM live_numbers"
            [found] = self._db.execute(sql).fetchone() or (0,)
        return int(found)

    def between(self, first: int, last: int) -> Iterator[LiveRow]:
        """The events of these numbers, both included, in order; those that were erased are not there."""
        with (
            self._server.explained(),
            self._db.transaction(),
            self._db.cursor("willbuy_live", binary=True) as cursor,
        ):
            cursor.itersize = _ROWS
            cursor.execute(
                f"SELECT {_COLUMNS} FROM live_events WHERE seq BETWEEN %s AND %s ORDER BY seq",
                [first, last],
            )
            for seq, entity, event_id, time, received, kind, *rest in cursor:
                happened = to_microseconds(time)
                known = happened if received is None else to_microseconds(received)
                yield LiveRow(seq, entity, event_id, happened, known, KINDS[kind], *rest)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def __enter__(self) -> "PostgresLiveLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
