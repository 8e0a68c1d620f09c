"""How large a body may be, and how much of all bodies is held at once.

With a Content-Length it is refused before any of it is read; without one (chunked) it is counted while it comes in, and cut
off no further than one read (64 KB) past the limit.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from willbuy.service.wire.limits import Limits
from willbuy.service.wire.turned_away import TurnedAway

Receive = Callable[[], Awaitable[Any]]

_MANY = re.compile(rb'\s*(\[|\{\s*"events"\s*:)')
_LOOK = 256


class Gone(Exception):
    """The client left before it had sent all."""


class BodyLimit:
    """The limits, and the bytes of large bodies that are held now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.held = 0

    def small(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether the body may come in without further care, which is so for nearly every request."""
        length = headers.get(b"content-length")
        if length is None:
            return b"transfer-encoding" not in headers
        return len(length) < 6 and int(length) <= self._limits.small_bytes

    async def admit(self, body: str, headers: Mapping[bytes, bytes], receive: Receive) -> tuple[Receive, int]:
        """A `receive` for the app that brings no more than allowed, and the bytes to `release` when it is done.

        Args:
            body: What the door takes: "none", "single", "batch", or "events", of which many start with `[` or `{"events":`.
            headers: The request's headers.
            receive: Where the body comes from.

        Raises:
            TurnedAway: 413, too large; 503, too many large bodies at once.
            Gone: The client left.
        """
        length = headers.get(b"content-length")
        if length is None:
            return await self._counted(body, receive)
        stated = int(length) if len(length) < 16 else 1 << 60
        if stated > self._most(body):
            raise self._too_large(body)
        self._hold(stated)
        if body != "events" or stated <= self._limits.single_bytes:
            return receive, stated
        try:
            return await self._looked_at(receive), stated
        except BaseException:
            self.release(stated)
            raise

    def release(self, size: int) -> None:
        """Give back what `admit` held."""
        self.held -= size

    def _most(self, body: str) -> int:
        limits = self._limits
        most = {"single": limits.single_bytes, "batch": limits.batch_bytes, "events": limits.batch_bytes}
        return most.get(body, limits.small_bytes)

    def _too_large(self, body: str) -> TurnedAway:
        if body == "events":
            return TurnedAway(
                413,
                "too_large",
                f"one event may have {self._limits.single_bytes} bytes, many (a list, or an object that starts with "
                f"events) {self._limits.batch_bytes}",
                close=True,
            )
        return TurnedAway(413, "too_large", f"the body may have {self._most(body)} bytes", close=True)

    def _hold(self, size: int) -> None:
        if self.held + size > self._limits.held_bytes:
            raise TurnedAway(503, "busy", "too many large bodies at once", retry_after=1, close=True)
        self.held += size

    async def _looked_at(self, receive: Receive) -> Receive:
        """Of events too large to be one: read the first bytes, and go on if they begin a list."""
        start = bytearray()
        more = True
        while more and len(start) < _LOOK:
            more = await _more(receive, start)
        if not _MANY.match(start):
            raise self._too_large("events")
        return _again(bytes(start), more, receive)

    async def _counted(self, body: str, receive: Receive) -> tuple[Receive, int]:
        """All of a body that does not say how long it is."""
        found = bytearray()
        held, more = 0, True
        try:
            while more:
                more = await _more(receive, found)
                if len(found) > self._allowed(body, found):
                    raise self._too_large(body)
                self._hold(len(found) - held)
                held = len(found)
        except BaseException:
            self.release(held)
            raise
        return _again(bytes(found), False, receive), held

    def _allowed(self, body: str, found: bytearray) -> int:
        if body == "events" and len(found) > self._limits.single_bytes and not _MANY.match(found):
            return self._limits.single_bytes
        return self._most(body)


async def _more(receive: Receive, into: bytearray) -> bool:
    message = await receive()
    if message["type"] != "http.request":
        raise Gone
    into += message.get("body", b"")
    return bool(message.get("more_body", False))


def _again(body: bytes, more: bool, receive: Receive) -> Receive:
    """A `receive` that brings first what was read already."""
    first = True

    async def again() -> Any:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": more}
        return await receive()

    return again
