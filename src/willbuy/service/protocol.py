"""The HTTP protocol of uvicorn (httptools), made to close clients that are slow on purpose. uvicorn itself waits for ever.

A connection is in one phase at a time: waiting for a request, reading headers, reading a body, or at work. Entering a phase
notes the time of the last tick; `Watch` looks at all connections once a tick and closes those whose phase took too long. So
a request sets no timer, and costs two assignments.
"""

from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from willbuy.service.turned_away import SAFE_HEADERS, TurnedAway, error_body
from willbuy.service.watch import BODY, HEADERS, WAITING, WORKING, Watch

_BAD = TurnedAway(400, "http", "this is no valid HTTP request").raw()
_LARGE = TurnedAway(431, "headers", "the headers are too many or too large").raw()
_SLOW = TurnedAway(408, "slow", "the request came too slowly").raw()
_FULL = TurnedAway(503, "full", "too many connections at once", retry_after=1, close=True).raw()
_BUSY = TurnedAway(503, "busy", "too many requests at once", retry_after=1)


def protocol_of(watch: Watch) -> Callable[..., HttpToolsProtocol]:
    """The protocol's factory for uvicorn: every connection it makes is looked after by one watch."""

    def make(*arguments: Any, **named: Any) -> HttpToolsProtocol:
        return PatientOnlySoLong(watch, *arguments, **named)

    return make


class PatientOnlySoLong(HttpToolsProtocol):
    """One connection."""

    def __init__(self, watch: Watch, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.watch = watch
        self.limits = watch.limits
        self.phase = HEADERS
        self.since = watch.now
        self.unread_since: float | None = None
        self.closing_since: float | None = None
        self.received = 0
        self.refused = False
        self._head = 0
        self.running: Any = None

    # A connection begins and ends

    def connection_made(self, transport: Any) -> None:
        """Hold a connection, or tell it to come back where there are too many."""
        if len(self.connections) >= self.limits.connections:
            self.transport = transport
            self.watch.count("full")
            self.refuse(_FULL)
            return
        super().connection_made(_Wire(self, transport))  # type: ignore[arg-type]
        self.watch.hold(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it. uvicorn tells only the newest of pipelined requests that nobody waits any more; we tell all."""
        self.watch.let_go(self)
        self.phase = WORKING
        self.pipeline.clear()
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
            self.running.message_event.set()
        super().connection_lost(exc)

    def refuse(self, answer: bytes) -> None:
        """Answer once more, and hear no more of this connection.

        Where a request before this one is at work still, its answer is the last: one out of order would be taken for it.
        """
        self.refused = True
        if self.busy():
            self.cycle.keep_alive = False
            self.transport.pause_reading()
            return
        self.transport.write(answer)
        self.end()

    def busy(self) -> bool:
        """Whether a request that was read is without its whole answer."""
        return self.cycle is not None and not self.cycle.response_complete

    def end(self) -> None:
        """Close, and let the client read our last words first: a socket closed over unread data throws them away.

        We say that we are done and read nothing more; the watch closes it at the tick after next.
        """
        if self.closing_since is not None:
            return
        self.closing_since = self.watch.now
        self.watch.hold(self)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.phase = WORKING
        self.transport.pause_reading()

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Feed the parser; count what comes before the end of the headers."""
        if self.refused or self.closing_since is not None:
            return
        if self.phase <= HEADERS:
            self._head += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            if not self.refused:
                self._invalid()
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # answered as if no upgrade had been asked for
        else:
            if self.phase <= HEADERS and self._head > self.limits.header_bytes and not self.refused:
                self._too_large()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self.phase, self.since = HEADERS, self.watch.now
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The headers are there: hand the request to the app, unless they are too large."""
        if self._head > self.limits.header_bytes or len(self.headers) > self.limits.header_count:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > self.limits.header_bytes or len(self.headers) > self.limits.header_count:
                self._too_large()
                raise ValueError("headers too large")  # stops the parser
        self._head = 0
        self.phase, self.since, self.received = BODY, self.watch.now, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body; after the answer it is read for nothing, and not for long."""
        self.received += len(body)
        if self.cycle.response_complete and self.received > self.limits.small_bytes:
            self.end()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is all there."""
        self.phase = WORKING
        self.watch.queue(self.loop)
        super().on_message_complete()
        if self.cycle.response_complete:
            self.phase, self.since = WAITING, self.watch.now

    def on_response_complete(self) -> None:
        """The answer is in our buffer: wait for the next request. uvicorn would set a timer here; the watch needs none."""
        self.server_state.total_requests += 1
        self.transport.flush()  # type: ignore[attr-defined]
        if self.closing_since is not None or self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self.phase == WORKING:
            self.phase, self.since = WAITING, self.watch.now

    def shutdown(self) -> None:
        """The server stops: finish what is under way."""
        if self.closing_since is None:
            super().shutdown()

    def too_slow(self) -> None:
        """The watch says that this client took too long: over a request it is told so, otherwise just closed."""
        if self.phase == WAITING or (self.phase == HEADERS and not self._head):
            self.transport.close()
            return
        if self.phase == BODY:
            if self.cycle.response_started or self.pipeline:
                self.transport.abort()
                return
            self.cycle.disconnected = self.cycle.response_complete = True
            self.cycle.message_event.set()
        self.refuse(_SLOW)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self.running = cycle
        if self.watch.queued >= self.limits.waiting:
            self.watch.count("busy")
            app = _busy
        super()._start_asgi_task(cycle, app)

    def _invalid(self) -> None:
        self.watch.count("invalid")
        self.refuse(_BAD)

    def _too_large(self) -> None:
        self.watch.count("headers")
        self.refuse(_LARGE)

    def _unset_keepalive_if_required(self) -> None:
        pass


async def _busy(scope: Any, receive: Any, send: Any) -> None:
    """The app of a request for which there is no room: it costs a small part of what it asks for, and keeps the connection."""
    body = error_body(_BUSY.code, _BUSY.message)
    headers = [*_BUSY.headers(len(body)), *SAFE_HEADERS]
    await send({"type": "http.response.start", "status": _BUSY.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Wire:
    """A transport as our requests need it: head and body of an answer leave in one piece, and its end lets the client read."""

    def __init__(self, protocol: PatientOnlySoLong, transport: Any) -> None:
        self._protocol = protocol
        self._transport = transport
        self._head = b""
        self._headed: Any = None
        for name in ("is_closing", "pause_reading", "resume_reading", "get_extra_info", "abort"):
            setattr(self, name, getattr(transport, name))
        self.write_eof, self.can_write_eof = transport.write_eof, transport.can_write_eof
        self.get_write_buffer_size = transport.get_write_buffer_size

    def write(self, data: bytes) -> None:
        """Write; the head of an answer waits for the first of its body, which costs one call of the system less."""
        cycle = self._protocol.running
        if cycle is not self._headed and cycle.response_started:
            self._headed, self._head = cycle, data
            return
        if self._head:
            data, self._head = self._head + data, b""
        self._transport.write(data)

    def flush(self) -> None:
        """Write a head that has no body, such as the answer to HEAD."""
        if self._head and not self.is_closing():  # type: ignore[attr-defined]
            self.write(b"")

    def close(self) -> None:
        """Close at once where the whole request was read."""
        self.flush()
        if self._protocol.phase == BODY:
            self._protocol.end()
        else:
            self._transport.close()
