"""What the service refuses, as errors: `{"error": {"code", "message", "field"}}` and the status say which."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from willbuy.errors import (
    ClientError,
    EventConflict,
    KeyRejected,
    RequestRejected,
    ServiceFault,
    ServiceUnavailable,
    UnknownId,
    printable,
)

Error = TypeVar("Error", bound=ClientError)
_BY_STATUS: dict[int, type[ClientError]] = {
    401: KeyRejected,
    403: KeyRejected,
    404: UnknownId,
    409: EventConflict,
}


def unfit(reply: httpx.Response) -> Any:
    """The answer's JSON. Raises the ClientError that its status asks for."""
    if reply.is_success:
        try:
            return reply.json() if reply.content else None
        except ValueError as error:
            raise ServiceFault(
                f"{_where(reply)} answered {reply.status_code} with what is no JSON: is it a willbuy service?",
                status=reply.status_code,
            ) from error
    kind = _BY_STATUS.get(reply.status_code) or (RequestRejected if reply.is_client_error else ServiceFault)
    raise _error(kind, reply)


def unavailable(reply: Any, tried: int) -> ServiceUnavailable:
    """The error after the last try: what came of it."""
    after = f" (tried {tried} times)" if tried > 1 else ""
    if isinstance(reply, httpx.Response):
        return _error(ServiceUnavailable, reply, after)
    words = str(reply) or type(reply).__name__
    return ServiceUnavailable(f"no answer from the service: {words}{after}. Is willbuy serve running?")


def _error(kind: type[Error], reply: httpx.Response, after: str = "") -> Error:
    said = _said(reply)
    message = str(
        said.get("message") or f"{_where(reply)} answered {reply.status_code} {reply.reason_phrase}"
    )
    field = said.get("field")
    return kind(
        printable(message, 500) + after,
        status=reply.status_code,
        code=str(said.get("code") or ""),
        field=None if field is None else str(field),
        retry_after=retry_after(reply),
    )


def _said(reply: httpx.Response) -> dict[str, Any]:
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _where(reply: httpx.Response) -> str:
    return f"{reply.request.method} {reply.request.url.path}"


def retry_after(reply: Any) -> float | None:
    """How many seconds the answer asks to wait; None where it does not say, or nothing that can be read.

    Seconds, or an HTTP date, which is read by the answer's own clock (its Date), not by ours.

    >>> retry_after(httpx.Response(503, headers={"Retry-After": "2"}))
    2.0
    >>> headers = {"Date": "Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2026 07:28:05 GMT"}
    >>> retry_after(httpx.Response(503, headers=headers))
    5.0
    """
    said = reply.headers.get("Retry-After") if isinstance(reply, httpx.Response) else None
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        until, now = _moment(said), _moment(reply.headers["Date"])
    except (ValueError, KeyError):
        return None
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
