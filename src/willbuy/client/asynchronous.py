"""The client for asynchronous code: the same verbs, each awaited."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from random import SystemRandom
from types import TracebackType
from typing import Any, TypeVar

import httpx

from willbuy.client import verbs
from willbuy.client.connection import LOCAL, RETRIES, TIMEOUT_SECONDS, asked, settings
from willbuy.client.events import Events, Sent, send
from willbuy.client.shapes import BatchPrediction, Prediction, Score
from willbuy.client.talking import Conversation, Patience, Pause, Reply
from willbuy.client.verbs import Record

T = TypeVar("T")


class AsyncClient:
    """Asks a service: `async with willbuy.AsyncClient() as client`. The same as `willbuy.Client`, with `await`."""

    def __init__(
        self,
        url: str = LOCAL,
        key: str | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retries: int = RETRIES,
    ) -> None:
        self._http = httpx.AsyncClient(**settings(url, key, timeout))
        self._patience = Patience(retries, SystemRandom().random)

    async def predict(self, record: Record, reasons: int | None = None) -> Prediction:
        """See `Client.predict`."""
        return await self._hold(verbs.predict(record, reasons, self._patience))

    async def predict_batch(self, records: Iterable[Record], reasons: int | None = None) -> BatchPrediction:
        """See `Client.predict_batch`."""
        return await self._hold(verbs.predict_batch(records, reasons, self._patience))

    async def send_events(self, events: Events, id_field: str = "event_id", score: bool = False) -> Sent:
        """See `Client.send_events`."""
        return await self._hold(send(events, id_field, score, self._patience))

    async def score(
        self,
        visitor: str | int,
        as_of: datetime | str | None = None,
        reasons: int | None = None,
        explain: bool = False,
    ) -> Score:
        """See `Client.score`."""
        return await self._hold(verbs.score(visitor, as_of, reasons, explain, self._patience))

    async def visitor(self, visitor: str | int, limit: int | None = None) -> dict[str, Any]:
        """See `Client.visitor`."""
        return await self._hold(verbs.visitor(visitor, limit, self._patience))

    async def erase(self, visitor: str | int) -> dict[str, Any]:
        """See `Client.erase`."""
        return await self._hold(verbs.erase(visitor, self._patience))

    async def health(self) -> dict[str, Any]:
        """See `Client.health`."""
        return await self._hold(verbs.look("/health", self._patience))

    async def model(self) -> dict[str, Any]:
        """See `Client.model`."""
        return await self._hold(verbs.look("/model", self._patience))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _hold(self, conversation: Conversation[T]) -> T:
        reply: Reply = None
        while True:
            try:
                step = conversation.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                reply = None
                continue
            try:
                reply = await self._http.request(**asked(step))
            except httpx.TransportError as error:
                reply = error
