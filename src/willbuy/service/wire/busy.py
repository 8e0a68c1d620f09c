"""What answers where there is no room for a request: it costs a small part of what was asked for, and keeps the connection."""

from typing import Any

from willbuy.service.wire.turned_away import SAFE_HEADERS, TurnedAway, error_body

_BUSY = TurnedAway(503, "busy", "too many requests at once", retry_after=1)
_BODY = error_body(_BUSY.code, _BUSY.message)
_HEADERS = (*_BUSY.headers(len(_BODY)), *SAFE_HEADERS)


async def busy(scope: Any, receive: Any, send: Any) -> None:
    """The app of a request for which there is no room."""
    await send({"type": "http.response.start", "status": _BUSY.status, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})
