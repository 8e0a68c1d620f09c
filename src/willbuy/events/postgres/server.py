"""The server during an ingest: one session that decides, and one for each worker that brings rows."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError
from willbuy.shop import Shop
from willbuy.shop.storage import Storage
from willbuy.warehouse.postgres.connecting import connect, place_of
from willbuy.warehouse.postgres.migrating import migrate
from willbuy.warehouse.postgres.schema import schema_of

if TYPE_CHECKING:
    import psycopg

PATIENCE = 5.0
"""Seconds that another ingest is waited for: the server takes a moment to notice that one was killed."""

_LOCK = "willbuy ingest"


class IngestServer:
    """The sessions of one ingest. Their transactions need not reach the disk before they are answered, but the last."""

    def __init__(self, storage: Storage, schema: str) -> None:
        self.storage, self.schema = storage, schema
        self._local = threading.local()
        self._opened: list[psycopg.Connection[Any]] = []
        self.main = self._open()

    def _open(self) -> "psycopg.Connection[Any]":
        import psycopg

        connection = connect(self.storage, schema=self.schema)
        with suppress(
            psycopg.Error
        ):  # not on every system; a killed client is then noticed at the next answer
            connection.execute("SET client_connection_check_interval = '1s'")
        connection.execute("SET synchronous_commit = off")
        self._opened.append(connection)
        return connection

    @property
    def connection(self) -> "psycopg.Connection[Any]":
        """The session of the calling thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._open()
        found: psycopg.Connection[Any] = self._local.connection
        return found

    def close(self) -> None:
        """Close every session."""
        for connection in self._opened:
            connection.close()


@contextmanager
def server_of(shop: Shop, patience: float = PATIENCE) -> Iterator[IngestServer]:
    """The shop's server with its schema up to date, held by an advisory lock that the server frees with the session.

    Raises WillbuyError where another ingest into the schema is at work.
    """
    schema = schema_of(shop)
    server = IngestServer(shop.storage, schema)
    try:
        migrate(server.main, schema)
        _lock(server.main, schema, patience)
        yield server
    finally:
        server.close()


def _lock(connection: "psycopg.Connection[Any]", schema: str, patience: float) -> None:
    ended = time.monotonic() + patience
    while True:
        [(held,)] = connection.execute(
            "SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", [_LOCK, schema]
        ).fetchall()
        if held:
            return
        if time.monotonic() > ended:
            raise WillbuyError(
                f"another ingest is at work in the schema {schema} of {place_of(connection)}. Wait for it to end."
            )
        time.sleep(0.1)
