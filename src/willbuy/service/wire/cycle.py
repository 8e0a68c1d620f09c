"""One request and its answer on the wire: what uvicorn's does, with the same bytes, for less.

uvicorn checks every header of every answer by two regular expressions and sends head and body in two calls of the system.
Nearly all headers of nearly all answers are the same few, so here a header that was found good is not looked at again, and
the head waits for the first piece of the body.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

MOST_KNOWN = 1024
_known: dict[tuple[bytes, bytes], bytes] = {}
_DECIDES = frozenset((b"content-length", b"transfer-encoding", b"connection"))
"""Headers that say something about the connection, not only to the client: looked at each time."""


def line_of(pair: tuple[bytes, bytes]) -> bytes:
    r"""A header as a line. Raises RuntimeError where it would break out of its line.

    >>> line_of((b"X-Content-Type-Options", b"nosniff"))
    b'x-content-type-options: nosniff\r\n'
    """
    found = _known.get(pair)
    if found is None:
        name, value = pair
        if HEADER_RE.search(name):
            raise RuntimeError("Invalid HTTP header name.")
        if HEADER_VALUE_RE.search(value):
            raise RuntimeError("Invalid HTTP header value.")
        found = name.lower() + b": " + value + b"\r\n"
        if name.lower() not in _DECIDES and len(_known) < MOST_KNOWN:
            _known[pair] = found
    return found


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    head = b""
    _dated: tuple[Any, bytes] = (None, b"")

    async def send(self, message: Any) -> None:
        """Take a part of the answer, as ASGI has it."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if not self.response_started:
            self._begin(message)
        elif not self.response_complete:
            self._go_on(message)
        else:
            raise RuntimeError(
                f"Unexpected ASGI message '{message['type']}', after response already completed."
            )

    def _begin(self, message: Any) -> None:
        if message["type"] != "http.response.start":
            raise RuntimeError(f"Expected ASGI message 'http.response.start', but got '{message['type']}'.")
        self.response_started, self.waiting_for_100_continue = True, False
        status, closes = message["status"], False
        lines = [STATUS_LINE[status], self._default_lines()]
        for pair in message.get("headers", ()):
            line = _known.get(pair)
            if line is None:
                line = line_of(pair)
                closes = self._decide(pair[0].lower(), pair[1]) or closes
            lines.append(line)
        if not self.keep_alive and not closes:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        self.head = b"".join(lines)

    def _default_lines(self) -> bytes:
        """The date, as a line; made anew when uvicorn has another."""
        of, lines = Cycle._dated
        if of is not self.default_headers:
            lines = b"".join(line_of(pair) for pair in self.default_headers)
            Cycle._dated = self.default_headers, lines
        return lines

    def _decide(self, name: bytes, value: bytes) -> bool:
        """What a header says about the body's form; True where it ends the connection."""
        if name == b"content-length" and self.chunked_encoding is None:
            self.expected_content_length, self.chunked_encoding = int(value), False
        elif name == b"transfer-encoding" and value.lower() == b"chunked":
            self.expected_content_length, self.chunked_encoding = 0, True
        elif name == b"connection" and b"close" in [one.lower().strip() for one in value.split(b",")]:
            self.keep_alive = False
            return True
        return False

    def _go_on(self, message: Any) -> None:
        if message["type"] != "http.response.body":
            raise RuntimeError(f"Expected ASGI message 'http.response.body', but got '{message['type']}'.")
        body, more = message.get("body", b""), message.get("more_body", False)
        if self.scope["method"] == "HEAD":
            self.expected_content_length, body = 0, b""
        elif self.chunked_encoding:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + (b"" if more else b"0\r\n\r\n")
        elif len(body) > self.expected_content_length:
            raise RuntimeError("Response content longer than Content-Length")
        else:
            self.expected_content_length -= len(body)
        if self.head or body:
            self.transport.write(self.head + body)
            self.head = b""
        if not more:
            self._end()

    def _end(self) -> None:
        if self.expected_content_length != 0:
            raise RuntimeError("Response content shorter than Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
