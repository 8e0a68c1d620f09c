"""The gate: one ASGI middleware before the app that asks who it is, how often, what and how much, and lets nothing inner out.

In this order, each step cheaper than what it saves: key (401), scope (403), rate (429), kind of body (415), size of body
(413), all before a byte of the body is read. Whatever the app answers gets the headers that make it safe in a browser; an
exception in the app becomes a 500 that says nothing but a number, under which the log says more. No header of CORS is ever
sent: a page of another origin cannot read an answer.
"""

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import lru_cache
from math import ceil
from time import perf_counter
from typing import Any

from willbuy.service.gate.body_limit import BodyLimit, Gone, Receive
from willbuy.service.gate.doors import DATA_POLICY, DOCS_POLICY, PAGE_POLICY, Door, door_of
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.listening import is_local
from willbuy.service.gate.media_type import check_media_type
from willbuy.service.gate.metrics import Metrics
from willbuy.service.gate.rate import Rate
from willbuy.service.gate.shared_rate import SharedRate
from willbuy.service.wire.limits import Limits
from willbuy.service.wire.turned_away import SAFE_HEADERS, TurnedAway, error_body

Scope = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]

logger = logging.getLogger("willbuy.service")

_LEFT = 499  # the client left: counted, never sent
_WITH_POLICY = {
    policy: (*SAFE_HEADERS, (b"content-security-policy", policy))
    for policy in (DATA_POLICY, DOCS_POLICY, PAGE_POLICY)
}


class Gate:
    """The gate before an app.

    Args:
        app: The ASGI app behind it.
        keys: Who may come in.
        metrics: Where answers are counted.
        per_minute: How many requests a key may make in a minute.
        local: Whether the service listens at loopback only. There, and while no key was ever made, no key is asked for;
            the Host must then be this machine's, so that no page of the web reaches it under another name (DNS rebinding).
        limits: How large a body may be.
        rate: Counts the requests of keys, where other processes count them too.
    """

    def __init__(
        self,
        app: App,
        keys: Keys,
        metrics: Metrics,
        per_minute: int,
        local: bool,
        limits: Limits | None = None,
        rate: Rate | SharedRate | None = None,
    ) -> None:
        self._app = app
        self._keys = keys
        self._metrics = metrics
        self._rate = rate or Rate(per_minute)
        self._local = local
        self._body = BodyLimit(limits or Limits())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        door = door_of(scope["method"], scope["path"])
        answer = _Answer(send, door)
        try:
            await self._pass(door, scope, receive, answer)
        except TurnedAway as turned:
            await answer.refuse(turned)
        except Gone:
            answer.status = _LEFT
        except Exception as error:
            await self._failed(error, door, scope, answer)
        finally:
            self._metrics.answered(door.template, scope["method"], answer.status, perf_counter() - started)

    async def _pass(self, door: Door, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        headers = dict(scope["headers"])
        held = 0
        if door.scope is not None:
            self._who(door.scope, headers, scope)
        if door.body != "none":
            check_media_type(headers)
        if not self._body.small(headers):
            receive, held = await self._body.admit(door.body, headers, receive)
        try:
            await self._app(scope, receive, answer)
        finally:
            if held:
                self._body.release(held)
        if answer.status == 500:
            raise RuntimeError("the app answered 500")

    def _who(self, needed: str, headers: Mapping[bytes, bytes], scope: Scope) -> None:
        """Let a key in that is good, has the scope and did not ask too often; its name goes with the request."""
        if self._local and not self._keys.any:
            if not _is_this_machine(headers.get(b"host", b"")):
                message = "without keys only this machine is served: make one with: willbuy keys add NAME"
                raise TurnedAway(403, "host", message, close=_long(headers))
            return
        header = headers.get(b"x-api-key") or headers.get(b"authorization")
        key = self._keys.check(header) if header else None
        if key is None:
            raise TurnedAway(
                401, "key", "a good key is needed: Authorization: Bearer ...", close=_long(headers)
            )
        if needed != "any" and needed not in key.scopes:
            raise TurnedAway(403, "scope", f"this key lacks the scope {needed}", close=_long(headers))
        wait = self._rate.wait(key.name)
        if wait:
            message = "this key asks too often"
            raise TurnedAway(429, "rate", message, retry_after=ceil(wait), close=_long(headers))
        scope.setdefault("state", {}).update(key=key.name, scopes=key.scopes)

    async def _failed(self, error: Exception, door: Door, scope: Scope, answer: "_Answer") -> None:
        if type(error).__name__ == "ClientDisconnect":  # Starlette's, where the app was reading the body
            answer.status = _LEFT
            return
        number = secrets.token_hex(8)
        frames = "".join(traceback.format_tb(error.__traceback__))
        # Not the error's own words: they may hold an id or a record.
        logger.error(
            "request %s failed: %s %s: %s\n%s",
            number,
            scope["method"],
            door.template,
            type(error).__name__,
            frames,
        )
        await answer.fail(number)


def _long(headers: Mapping[bytes, bytes]) -> bool:
    """Whether too much of a body may follow to be read for nothing: then the connection ends with the answer."""
    length = headers.get(b"content-length")
    return b"transfer-encoding" in headers or (length is not None and len(length) > 4)


@lru_cache(maxsize=64)
def _is_this_machine(host: bytes) -> bool:
    """Whether a `Host` names loopback, with or without a port."""
    text = host.decode("latin-1").lower()
    name = (text if text.endswith("]") else text.rsplit(":", 1)[0]).strip("[]")
    return name.endswith(".localhost") or is_local(name)


class _Answer:
    """The `send` that the app gets: it adds the safe headers, keeps the status, and holds back what the app says of a 500."""

    __slots__ = ("_safe", "_send", "status")

    def __init__(self, send: Send, door: Door) -> None:
        self._send = send
        self._safe = _WITH_POLICY[door.policy]
        self.status = 0

    def __call__(self, message: Any) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status == 500:
                return _nothing()
            message["headers"] = [*message.get("headers", ()), *self._safe]
        elif self.status == 500:
            return _nothing()
        return self._send(message)

    async def refuse(self, turned: TurnedAway) -> None:
        """Answer with a refusal, which comes before the app answered."""
        await self._whole(turned, error_body(turned.code, turned.message))

    async def fail(self, number: str) -> None:
        """Answer 500, or break off where the answer was under way."""
        if self.status not in (0, 500):
            raise ConnectionAbortedError("the answer broke off")
        failure = TurnedAway(500, "internal", "this request failed, and it is our fault")
        await self._whole(failure, error_body(failure.code, failure.message, request=number))

    async def _whole(self, turned: TurnedAway, body: bytes) -> None:
        self.status = turned.status
        headers = [*turned.headers(len(body)), *self._safe]
        await self._send({"type": "http.response.start", "status": turned.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


async def _nothing() -> None:
    return None
