"""Reading what was asked without any framework between: the body and the query of a hot route, and sending the answer."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect

from willbuy.errors import did_you_mean, printable
from willbuy.service.wire.errors import Refusal

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_KIND = (b"content-type", b"application/json")
Read = Callable[[str], Any]


async def body_of(receive: "Receive") -> bytes:
    """The whole body; how large it may be is watched at the door. Raises ClientDisconnect where the client has gone."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts = []
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()
    raise ClientDisconnect


async def answer(
    send: "Send", body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    """Send JSON."""
    sent = [_KIND, (b"content-length", b"%d" % len(body))]
    if headers:
        sent += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: "Send", refusal: Refusal) -> None:
    """Send a refusal."""
    await answer(send, refusal.body(), refusal.status, refusal.headers)


def query_of(scope: "Scope", known: Mapping[str, Read]) -> dict[str, Any]:
    """The query's parameters, each read by its function, which raises ValueError with what it expected.

    Raises Refusal 422 for a parameter that is not known, stands twice, or cannot be read.

    >>> query_of({"query_string": b"reasons=3"}, {"reasons": whole(0, 10)})
    {'reasons': 3}
    """
    if not scope["query_string"]:
        return {}
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict"
        )
    except ValueError:
        raise Refusal(
            422, "bad_query", "the query cannot be read; expected name=value, UTF-8 in per cent signs"
        ) from None
    found: dict[str, Any] = {}
    for name, text in pairs:
        if name not in known:
            hint = did_you_mean(name[:100], known)
            message = f"the parameter '{printable(name)}' is not known.{hint}"
            raise Refusal(422, "unknown_parameter", message, field=name)
        if name in found:
            raise Refusal(422, "twice", f"the parameter '{name}' is given twice", field=name)
        try:
            found[name] = known[name](text)
        except ValueError as error:
            raise Refusal(
                422, "bad_parameter", f"the parameter '{name}': expected {error}", field=name
            ) from None
    return found


def whole(least: int, most: int) -> Read:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def flag(text: str) -> bool:
    """Reads true or false."""
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text == "true"
