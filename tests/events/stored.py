"""A real store filled through its door, for the tests of what is ingested from it."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from willbuy.events.live import Accepted, EventReader
from willbuy.shop import Shop
from willbuy.store import Arrival, Outcome, Store


def send(shop: Shop, bodies: Sequence[dict[str, Any]], received: datetime) -> list[Outcome]:
    """Read bodies as the service does, store them, and wait until they are synced."""
    reader = EventReader(shop)
    arrivals = []
    for body in bodies:
        read = reader.read(body, received)
        assert isinstance(read, Accepted), read
        arrivals.append(Arrival(read.entity, read.event, read.event_id, read.body_hash))
    with Store(shop.home) as store:
        return submit(store, arrivals)


def submit(store: Store, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Store arrivals and wait until they are synced."""
    told: list[Any] = []
    ready = threading.Event()

    def done(result: Any) -> None:
        told.append(result)
        ready.set()

    store.submit(arrivals, done)
    assert ready.wait(120)
    if isinstance(told[0], Exception):
        raise told[0]
    outcomes: list[Outcome] = told[0]
    return outcomes


def body_of(line: str, number: int) -> dict[str, Any]:
    """A line of a log of `events.shops` as the client of a shop would send it, with an id."""
    names = ("user", "ts", "what", "item", "price", "qty")
    return {**dict(zip(names, line.split(","), strict=True)), "event_id": f"e{number}"}
