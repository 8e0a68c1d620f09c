"""The HTTP protocol of uvicorn (httptools), made to close clients that are slow on purpose. uvicorn itself waits for ever.

A connection is in one phase at a time: waiting for a request, reading headers, reading a body, or at work. Entering a phase
notes the time of the last tick; `Watch` looks at all connections once a tick and closes those whose phase took too long. So
a request sets no timer, and costs two assignments.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from willbuy.service.wire.busy import busy
from willbuy.service.wire.cycle import Cycle
from willbuy.service.wire.turned_away import TurnedAway
from willbuy.service.wire.watch import BODY, HEADERS, WAITING, WORKING, Watch
from willbuy.service.wire.wire import Wire

_BAD = TurnedAway(400, "http", "this is no valid HTTP request").raw()
_LARGE = TurnedAway(431, "headers", "the headers are too many or too large").raw()
_SLOW = TurnedAway(408, "slow", "the request came too slowly").raw()
_FULL = TurnedAway(503, "full", "too many connections at once", retry_after=1, close=True).raw()


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
        self._head = self._framing = 0
        self.running: Any = None

    # A connection begins and ends

    def connection_made(self, transport: Any) -> None:
        """Hold a connection, or tell it to come back where there are too many."""
        if len(self.connections) >= self.limits.connections:
            self.transport = transport
            self.watch.count("full")
            self.refuse(_FULL)
            return
        super().connection_made(Wire(self, transport))  # type: ignore[arg-type]
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
        elif self.phase == BODY:
            self._framing += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            if not self.refused:
                self._invalid()
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # answered as if no upgrade had been asked for
        else:
            if not self.refused and self._overlong():
                self._too_large()

    def _overlong(self) -> bool:
        """Whether more came of headers, or around a body, than any honest client sends. The parser itself has no limit."""
        if self.phase <= HEADERS:
            return self._head > self.limits.header_bytes
        return self.phase == BODY and self._framing - 2 * self.received > self.limits.framing_bytes

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
        self._hand_over()
        self._head = self._framing = self.received = 0
        self.phase, self.since = BODY, self.watch.now

    def _hand_over(self) -> None:
        """As uvicorn does it, with a cycle of ours, and without what this service never asks for."""
        parser, scope = self.parser, self.scope
        http_version = parser.get_http_version()
        scope["method"] = parser.get_method().decode("ascii")
        scope["http_version"] = http_version
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = url.path
        scope["query_string"] = url.query or b""
        before = self.cycle
        self.cycle = Cycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=http_version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        elif len(self.pipeline) >= self.limits.pipelined:
            self.refused = True
            before.keep_alive = False  # the last that is answered
            self.cycle = before
            raise ValueError("too far ahead")
        else:  # pipelined: its turn comes
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        """A piece of the body; after the answer it is read for nothing, and not for long."""
        self.received += len(body)
        cycle = self.cycle
        if cycle.response_complete:
            if self.received > self.limits.small_bytes:
                self.end()
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is all there."""
        cycle = self.cycle
        if cycle.response_complete:
            self.phase, self.since = WAITING, self.watch.now
            return
        self.phase = WORKING
        self.watch.queue(self.loop)
        cycle.more_body = False
        cycle.message_event.set()

    def on_response_complete(self) -> None:
        """The answer is in our buffer: wait for the next request. uvicorn would set a timer here; the watch needs none."""
        self.server_state.total_requests += 1
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
        self._break_off(_SLOW)

    def _break_off(self, answer: bytes) -> None:
        """Answer in place of the app, where the body of a request is still coming; it learns that the client is gone."""
        if self.phase == BODY:
            if self.cycle.response_started or self.pipeline:
                self.transport.abort()
                return
            self.cycle.disconnected = self.cycle.response_complete = True
            self.cycle.message_event.set()
        self.refuse(answer)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self.running = cycle
        cycle.__class__ = (
            Cycle  # uvicorn has no place to say which; nothing of the cycle was used before this
        )
        if self.watch.queued >= self.limits.waiting:
            self.watch.count("busy")
            app = busy
        super()._start_asgi_task(cycle, app)

    def _invalid(self) -> None:
        self.watch.count("invalid")
        self._break_off(_BAD)

    def _too_large(self) -> None:
        self.watch.count("headers")
        self._break_off(_LARGE)

    def _unset_keepalive_if_required(self) -> None:
        pass
