"""Arrivals for the tests of the store, and a wait for their outcomes."""

import hashlib
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from willbuy.features.live.event import Event
from willbuy.store import Arrival, Outcome, Store

START = datetime(2026, 3, 1)


def arrival(entity: str, number: int, event_id: str | None = None, **fields: object) -> Arrival:
    """The event of a number: a second apart from the one before, of a kind and an item of its own."""
    happened = START + timedelta(seconds=number)
    content: dict[str, object] = {
        "kind": ("view", "view", "cart", "purchase")[number % 4],
        "item": str(number % 7),
        "received": happened,
        "kind_name": "seen",
        **fields,
    }
    event = Event(happened, event_id=event_id, **content)  # type: ignore[arg-type]
    return Arrival(entity, event, event_id, hashlib.sha256(repr((entity, event)).encode()).digest())


def store_them(store: Store, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Submit arrivals, wait for their outcomes and return them; what the store raises or tells is raised."""
    told: list[list[Outcome] | Exception] = []
    ready = threading.Event()

    def done(result: list[Outcome] | Exception) -> None:
        told.append(result)
        ready.set()

    store.submit(arrivals, done)
    assert ready.wait(120)
    if isinstance(told[0], Exception):
        raise told[0]
    return told[0]
