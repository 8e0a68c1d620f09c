"""The one thread of a process that writes events. What waits goes into one transaction; what is acknowledged is on the server's disk.

A server that goes away does not end it: what was under way is told so, nothing new is taken, and the thread asks for the server
until it is there again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import errors

from willbuy.errors import StoreAway, StoreError
from willbuy.store.arrival import Arrival, Outcome
from willbuy.store.postgres.adding import Outdated, add
from willbuy.store.postgres.knowledge import Knowledge
from willbuy.store.postgres.server import AGAIN, Server
from willbuy.store.working import LOOK_SECONDS, Job, Working

_log = logging.getLogger(__name__)

PROBE_SECONDS = 0.3
MOST_TRIES = 5

OF_A_ROW = (errors.DataError, errors.IntegrityError, errors.ProgramLimitExceeded, UnicodeError)
"""What is the fault of an event and not of the server."""


class Writer(Working):
    """Takes jobs from any thread and does them in order.

    `known` gives what the process knows of the state, or reads it anew with a connection; `committed` is told of arrivals,
    new ones and others, before they are acknowledged.
    """

    def __init__(
        self,
        server: Server,
        known: Callable[["psycopg.Connection[Any] | None"], Knowledge],
        committed: Callable[[Sequence[Arrival]], None],
    ) -> None:
        super().__init__()
        self._server, self._known, self._committed = server, known, committed
        self._connection: psycopg.Connection[Any] | None = server.connect()
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job. Raises StoreAway where the server is, and as any writer does."""
        if self._server.away and self.alive:
            raise StoreAway(f"the database server does not answer: {self._server.away}")
        super().submit(job)

    def close(self) -> None:
        """Do what waits, then end."""
        super().close()
        self._hang_up()

    def _patience(self) -> float:
        return PROBE_SECONDS if self._server.away else LOOK_SECONDS

    def _look(self) -> None:
        """Ask the server how it is: so /readyz knows, also where nobody sends events, and what changed there is known."""
        try:
            [version] = self._open().execute("SELECT version FROM live_state").fetchone() or (0,)
            if version != self._known(None).version:
                self._known(self._open())
            self._server.back()
        except StoreError:
            return
        except psycopg.Error as error:
            self._server.failed(error)
            self._hang_up()

    def _turn(self) -> bool:
        if self._server.away:
            self._looked = float("-inf")
        return super()._turn()

    def _add(self, jobs: Sequence[Job]) -> None:
        if not jobs:
            return
        arrivals = [arrival for job in jobs for arrival in job.arrivals]
        try:
            outcomes = self._stored(arrivals) if arrivals else []
        except StoreError as error:
            for job in jobs:
                self._tell(job, error)
            return
        self._tell_each(jobs, outcomes)

    def _stored(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Store arrivals in one transaction, or each in its own where one of them cannot be stored at all."""
        try:
            return self._tried(arrivals)
        except OF_A_ROW:
            if len(arrivals) == 1:
                return [Outcome.REFUSED]
        return [outcome for arrival in arrivals for outcome in self._stored([arrival])]

    def _tried(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        for tries in range(MOST_TRIES):
            try:
                return self._once(arrivals)
            except Outdated:
                self._known(self._open())
            except OF_A_ROW:
                raise
            except AGAIN:
                time.sleep(0.01 * tries)
            except psycopg.Error as error:
                raise self._broken(error) from error
        raise StoreAway("the database's state changes again and again. Try again in a moment")

    def _once(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        connection = self._open()
        known = self._known(None)
        erased = known.erased(arrival.entity for arrival in arrivals)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [self._server.lock])
            outcomes = add(connection, arrivals, erased, known.version, known.tallying)
        self._committed(arrivals)
        return outcomes

    def _do(self, job: Job) -> None:
        try:
            result = job.work() if job.work else None
        except psycopg.Error as error:
            self._tell(job, self._broken(error))
        except Exception as error:
            self._tell(job, error)
        else:
            self._tell(job, result if result is not None else [])

    def _open(self) -> "psycopg.Connection[Any]":
        if self._connection is None:
            connection = self._server.connect()
            self._known(connection)
            self._connection = connection
        return self._connection

    def _broken(self, error: psycopg.Error) -> StoreError:
        """What to tell where a transaction was not committed, or nobody knows whether it was."""
        found = self._server.failed(error)
        if isinstance(found, StoreAway):
            _log.warning("events were not acknowledged: %s", found)
            self._hang_up()
        return found

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
