"""The client for plain code: each call waits for its answer."""

import time
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


class Client:
    """Asks a service, for example one at this machine: `with willbuy.Client() as client`.

    `key` is the API key, else what the environment variable WILLBUY_KEY holds. Where the service is too busy or does not
    answer, a request is tried again up to `retries` times, later each time; `timeout` is in seconds, for each try. Every
    method raises a `willbuy.errors.ClientError` where it does not succeed. One client may be used by many threads.
    """

    def __init__(
        self,
        url: str = LOCAL,
        key: str | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retries: int = RETRIES,
    ) -> None:
        self._http = httpx.Client(**settings(url, key, timeout))
        self._patience = Patience(retries, SystemRandom().random)

    def predict(self, record: Record, reasons: int | None = None) -> Prediction:
        """Score one record: the model's columns, by name, and an id if there is one. `reasons` is how many to say."""
        return self._hold(verbs.predict(record, reasons, self._patience))

    def predict_batch(self, records: Iterable[Record], reasons: int | None = None) -> BatchPrediction:
        """Score many records, in as many requests as it takes. One that cannot be scored has an `error` at its place."""
        return self._hold(verbs.predict_batch(records, reasons, self._patience))

    def send_events(self, events: Events, id_field: str = "event_id", score: bool = False) -> Sent:
        """Send one event or many, under the shop's own names or the canonical ones; returns once they are durable.

        An event without an id gets one, which it keeps whatever has to be sent again: each is counted once. Where it
        cannot be done the error's `unsent` holds the events that were not acknowledged, with their ids. With `score` the
        answer has the score of each visitor (the first hundred of a request) after the last of these events.
        """
        return self._hold(send(events, id_field, score, self._patience))

    def score(
        self,
        visitor: str | int,
        as_of: datetime | str | None = None,
        reasons: int | None = None,
        explain: bool = False,
    ) -> Score:
        """Score a visitor from what is stored, now or `as_of` a moment (without a zone: UTC); `explain` adds the events."""
        return self._hold(verbs.score(visitor, as_of, reasons, explain, self._patience))

    def visitor(self, visitor: str | int, limit: int | None = None) -> dict[str, Any]:
        """What is stored about a visitor: how many events, and the newest of them, at most `limit` (100)."""
        return self._hold(verbs.visitor(visitor, limit, self._patience))

    def erase(self, visitor: str | int) -> dict[str, Any]:
        """Erase a visitor everywhere; later events of this id are dropped."""
        return self._hold(verbs.erase(visitor, self._patience))

    def health(self) -> dict[str, Any]:
        """How the service is, and what it runs."""
        return self._hold(verbs.look("/health", self._patience))

    def model(self) -> dict[str, Any]:
        """The card of the model in service."""
        return self._hold(verbs.look("/model", self._patience))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hold(self, conversation: Conversation[T]) -> T:
        reply: Reply = None
        while True:
            try:
                step = conversation.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                reply = None
                continue
            try:
                reply = self._http.request(**asked(step))
            except httpx.TransportError as error:
                reply = error
