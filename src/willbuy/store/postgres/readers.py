"""Connections to read by: a few for all threads of a process, each taken for one question and given back."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg

from willbuy.errors import StoreAway, StoreBusy
from willbuy.store.postgres.server import Server

T = TypeVar("T")

MOST = 4
WAIT_SECONDS = 10.0
STATEMENT_SECONDS = 20


class Readers:
    """Asks the server by one of at most so many connections."""

    def __init__(self, server: Server, most: int = MOST) -> None:
        self._server = server
        self._free: deque[psycopg.Connection[Any]] = deque()
        self._permits = threading.BoundedSemaphore(most)
        self._closed = False

    def ask(self, question: "Callable[[psycopg.Connection[Any]], T]") -> T:
        """What a question answers. A connection that has died is replaced, and the question asked once more.

        Raises StoreAway where the server does not answer, StoreBusy where no connection comes free.
        """
        if not self._permits.acquire(timeout=WAIT_SECONDS):
            raise StoreBusy("too many ask the database at once. Try again in a moment")
        try:
            return self._ask(question)
        finally:
            self._permits.release()

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        while self._free:
            self._free.pop().close()

    def _ask(self, question: "Callable[[psycopg.Connection[Any]], T]") -> T:
        if self._server.away:  # the writer's thread asks for the server until it is back
            raise StoreAway(f"the database server does not answer: {self._server.away}")
        old = True
        while True:
            try:
                connection = self._free.pop()
            except IndexError:
                connection, old = self._server.connect(STATEMENT_SECONDS), False
            try:
                found = question(connection)
            except psycopg.Error as error:
                broken = connection.closed
                connection.close()
                if broken and old:
                    continue
                raise self._server.failed(error) from error
            except BaseException:
                connection.close()
                raise
            if self._closed:
                connection.close()
            else:
                self._free.append(connection)
            return found
