"""Between an event's receipt and its sync an answer is as of right before it, so that the log can give it again."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from willbuy.errors import StoreDead
from willbuy.features.live.event import Event
from willbuy.store import Arrival, Store
from willbuy.store.working import Job

NOON = datetime(2015, 7, 2, 12)


def arrival(entity: str, number: int) -> Arrival:
    received = NOON + timedelta(seconds=number)
    return Arrival(entity, Event(NOON, "view", received=received), f"{entity}-{number}", b"body")


def held(store: Store) -> threading.Event:
    """Keep the writer busy until the event is set."""
    release = threading.Event()
    store._writer.submit(Job((), lambda result: None, release.wait))
    return release


def test_what_waits_is_pending_until_it_is_synced(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        release, synced = held(store), threading.Event()
        store.submit([arrival("ann", 1), arrival("ann", 2), arrival("bob", 3)], lambda result: None)
        store.submit([arrival("ann", 4)], lambda result: synced.set())
        assert store.pending("ann") == NOON + timedelta(seconds=1)
        assert store.pending("bob") == NOON + timedelta(seconds=3)
        assert store.pending("nobody") is None
        assert len(store.timeline("ann")) == 0
        release.set()
        assert synced.wait(120)
        assert store.pending("ann") is None and store.pending("bob") is None
        assert len(store.timeline("ann")) == 3


def test_an_acknowledged_event_waits_no_more(tmp_path: Path) -> None:
    """Whoever is told may ask at once, and is answered with the event."""
    found: list[object] = []
    done = threading.Event()
    with Store(tmp_path) as store:

        def told(result: object) -> None:
            found.extend([store.pending("ann"), len(store.timeline("ann"))])
            done.set()

        store.submit([arrival("ann", 1)], told)
        assert done.wait(120)
    assert found == [None, 1]


def test_what_cannot_be_queued_is_not_pending(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    with pytest.raises(StoreDead):
        store.submit([arrival("ann", 1)], lambda result: None)
    assert store.pending("ann") is None
