"""The watch over all connections: one look at each, once a tick, instead of a timer for each request."""

from asyncio import AbstractEventLoop
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

from willbuy.service.wire.limits import Limits

WAITING, HEADERS, BODY, WORKING = range(4)
"""The phases of a connection: no request yet, its headers, its body, at work on it."""


class Connection(Protocol):
    """What the watch sees of a connection."""

    transport: Any
    flow: Any
    phase: int
    since: float
    received: int
    unread_since: float | None
    closing_since: float | None

    def too_slow(self) -> None: ...

    def busy(self) -> bool: ...


class Watch:
    """Closes connections that take too long.

    `now` is the time of the last tick, in monotonic seconds: near enough for limits of seconds, and free to read.
    `queued` is how many whole requests came in during this turn of the event loop, and so wait for their first moment of
    work: the one number that says whether there is more to do than can be done. Slow clients do not count in it.
    """

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.limits = limits or Limits()
        self.closed: Counter[str] = Counter()
        self.queued = 0
        self.now = clock()
        self._clock = clock
        self._held: set[Connection] = set()

    def hold(self, connection: Connection) -> None:
        """Look after a connection."""
        self._held.add(connection)

    def let_go(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._held.discard(connection)

    def count(self, reason: str) -> None:
        """Count a connection that we closed: full, busy, invalid, headers, idle, slow_headers, slow_body or unread."""
        self.closed[reason] += 1

    @property
    def open(self) -> int:
        """How many connections are held."""
        return len(self._held)

    def queue(self, loop: AbstractEventLoop) -> None:
        """Count a whole request. The tasks of this turn run before what is called here, then the count begins anew."""
        if not self.queued:
            loop.call_soon(self._turned)
        self.queued += 1

    def _turned(self) -> None:
        self.queued = 0

    def tick(self) -> None:
        """Look at every connection."""
        before, self.now = self.now, self._clock()
        for connection in list(self._held):
            self._look(connection, self.now - before)

    def _look(self, one: Connection, elapsed: float) -> None:
        if self._unread(one):
            self.count("unread")
            one.transport.abort()
        elif one.closing_since is not None:
            if self.now - one.closing_since >= 2 * self.limits.tick_seconds:
                one.transport.abort()
        elif one.phase == BODY and one.flow.read_paused:
            one.since += elapsed  # we do not read, so the client is not to blame
        elif one.phase == HEADERS and one.busy():
            one.since = self.now  # a request before this one is at work
        elif reason := self._late(one):
            self.count(reason)
            one.too_slow()

    def _unread(self, one: Connection) -> bool:
        if not one.transport.get_write_buffer_size():
            one.unread_since = None
        elif one.unread_since is None:
            one.unread_since = self.now
        else:
            return self.now - one.unread_since >= self.limits.unread_seconds
        return False

    def _late(self, one: Connection) -> str | None:
        """Why a connection is too slow, by its phase."""
        limits, spent = self.limits, self.now - one.since
        if one.phase == WAITING and spent >= limits.idle_seconds:
            return "idle"
        if one.phase == HEADERS and spent >= limits.header_seconds:
            return "slow_headers"
        if one.phase == BODY and (
            spent >= limits.body_seconds
            or (spent >= limits.body_grace and one.received < limits.body_rate * spent)
        ):
            return "slow_body"
        return None
