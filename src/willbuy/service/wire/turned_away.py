"""How every refusal looks: `{"error": {"code", "message", ...}}`, small, and never with what was sent in it."""

import json
from typing import Any

JSON = (b"content-type", b"application/json")
SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
"""Sent with every answer, whatever it says."""


def error_body(code: str, message: str, **more: Any) -> bytes:
    """The body of an answer that refuses.

    >>> error_body("too_large", "the body may have 1048576 bytes", limit=1048576)
    b'{"error":{"code":"too_large","message":"the body may have 1048576 bytes","limit":1048576}}'
    """
    content = {"error": {"code": code, "message": message, **more}}
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()


class TurnedAway(Exception):
    """A request that goes no further: the status, the error, and what the client should know besides."""

    def __init__(
        self, status: int, code: str, message: str, *, retry_after: int | None = None, close: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.close = close

    def headers(self, length: int) -> list[tuple[bytes, bytes]]:
        """The headers that belong to it."""
        headers = [JSON, (b"content-length", str(length).encode())]
        if self.status == 401:
            headers.append((b"www-authenticate", b'Bearer realm="willbuy"'))
        if self.retry_after is not None:
            headers.append((b"retry-after", str(self.retry_after).encode()))
        if self.close:
            headers.append((b"connection", b"close"))
        return headers

    def raw(self) -> bytes:
        """The whole answer as bytes on a connection that is then closed, for refusals before there is a request."""
        body = error_body(self.code, self.message)
        lines = [b"HTTP/1.1 %d %s" % (self.status, _PHRASES[self.status])]
        lines += [b"%s: %s" % pair for pair in (*self.headers(len(body)), *SAFE_HEADERS)]
        if not self.close:
            lines.append(b"connection: close")
        return b"\r\n".join([*lines, b"", body])


_PHRASES = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}
