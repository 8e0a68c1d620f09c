"""A score that is asked for while an event of the visitor is on its way to the disk."""

import threading
from datetime import timedelta

from starlette.testclient import TestClient

from service.conftest import NOW
from waiting import until
from willbuy.service.state import State
from willbuy.store.working import Job


def event(number: int) -> dict[str, str]:
    return {
        "entity": "ann",
        "time": "2015-07-02T11:00:00Z",
        "kind": "view",
        "item": "7",
        "event_id": f"p{number}",
    }


def test_it_is_answered_as_of_before_the_event(live: State, live_client: TestClient) -> None:
    assert live.store is not None
    ticks = iter(range(1000))
    live.clock = lambda: NOW + timedelta(seconds=next(ticks))
    live_client.post("/events", json=event(1))
    release = threading.Event()
    live.store._writer.submit(Job((), lambda result: None, release.wait))
    answers = []
    sending = threading.Thread(target=lambda: answers.append(live_client.post("/events", json=event(2))))
    sending.start()
    until(lambda: live.store and live.store.pending("ann"))
    received = live.store.pending("ann")
    assert received is not None
    during = live_client.get("/visitors/ann/score").json()
    release.set()
    sending.join(120)
    after = live_client.get("/visitors/ann/score").json()
    assert answers[0].json()["accepted"] == 1
    assert during["events"] == 1
    assert during["as_of"] == f"{(received - timedelta(microseconds=1)).isoformat()}Z"
    assert after["events"] == 2
    assert after["as_of"] > during["as_of"]
