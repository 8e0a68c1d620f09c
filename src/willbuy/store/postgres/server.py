"""The server as a process of the service knows it: how it is reached, and whether it answers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from willbuy.errors import ServerError, StoreAway, StoreBusy, StoreError, StoreFull
from willbuy.store.postgres.tables import lock_of, make_tables
from willbuy.warehouse.postgres.connecting import connect_to
from willbuy.warehouse.postgres.secrets import redacted

_log = logging.getLogger("willbuy.service")

LOCK_SECONDS = 10
"""How long a statement waits for a lock, such as while all live events are tallied again."""

AGAIN = (errors.DeadlockDetected, errors.SerializationFailure)
"""What passes when the same transaction is done again at once."""

_SETTINGS = (
    "SET synchronous_commit = on",  # whatever the server's default is: acknowledged means on disk
    f"SET lock_timeout = '{LOCK_SECONDS}s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    # statements are few and alike: a plan of their own each time costs more than it brings
    "SET plan_cache_mode = force_generic_plan",
    "SET jit = off",
)
_TCP = "keepalives_idle=5 keepalives_interval=2 keepalives_count=3 tcp_user_timeout=10000 connect_timeout=3"


class Server:
    """A shop's schema on a server. `away` says why it cannot be asked; "" while it answers."""

    def __init__(self, address: str, schema: str) -> None:
        self.schema, self.lock, self.away = schema, lock_of(schema), ""
        self._address = address

    def connect(self, timeout: int | None = None) -> "psycopg.Connection[Any]":
        """A connection for one thread, every statement a transaction of its own unless it begins one.

        `timeout` is how many seconds a statement may take. Raises StoreAway where the server does not answer.
        """
        try:
            connection = connect_to(
                psycopg.conninfo.make_conninfo(self._address, **_tcp()), schema=self.schema
            )
            connection.prepare_threshold = 1
            for setting in _SETTINGS:
                connection.execute(setting)
            if timeout is not None:
                connection.execute(f"SET statement_timeout = '{int(timeout)}s'")
        except ServerError as error:
            self.gone(str(error))
            raise StoreAway(str(error)) from None
        except psycopg.Error as error:
            raise self.failed(error) from None
        self.back()
        return connection

    def prepare(self) -> None:
        """Make the tables where they are missing. Raises ServerError where the server cannot be asked, in one line."""
        with connect_to(self._address, schema=self.schema) as connection:
            make_tables(connection, self.schema)
            [fsync] = connection.execute("SELECT current_setting('fsync')").fetchone() or ("on",)
        if fsync != "on":
            _log.warning(
                "the database server has fsync = off: what it says is stored does not outlive a power cut"
            )

    def failed(self, error: Exception) -> StoreError:
        """What an error of the driver means to whoever asked. Notes whether the server is away."""
        words = redacted(" ".join(str(error).split()), self._address)[:200]
        if isinstance(error, errors.DiskFull):
            return StoreFull(
                f"the disk of the database server is full ({words}). Make room; nothing else is needed"
            )
        if isinstance(error, errors.LockNotAvailable | errors.QueryCanceled):
            return StoreBusy(f"the database is busy ({words}). Try again in a moment")
        self.gone(words)
        return StoreAway(f"the database server does not answer as it should: {words}")

    def gone(self, why: str) -> None:
        """Note that the server cannot be asked."""
        if not self.away:
            _log.error("the database is away: %s", why)
        self.away = why or "no answer"

    def back(self) -> None:
        """Note that it answers."""
        if self.away:
            _log.warning("the database is back")
        self.away = ""

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Raise StoreError instead of the driver's errors."""
        try:
            yield
        except psycopg.Error as error:
            raise self.failed(error) from error


def _tcp() -> dict[str, str]:
    return dict(one.split("=") for one in _TCP.split())
