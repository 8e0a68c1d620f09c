"""POST /events: acknowledged once stored, each counted once, a bad one refused by itself."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.conftest import NOW, client_of
from willbuy.errors import StoreAway, StoreBusy, StoreDead, StoreFull
from willbuy.hashed_ids import Hasher
from willbuy.service.state import State
from willbuy.store import Store

MILLISECONDS = int((NOW - timedelta(hours=1)).timestamp() * 1000)


def event(number: int = 0, visitor: object = "ann", **more: Any) -> dict[str, Any]:
    """An event under the shop's own names."""
    return {
        "timestamp": MILLISECONDS + number,
        "visitorid": visitor,
        "event": "view",
        "itemid": "264",
        "event_id": f"e{number}",
        **more,
    }


def utc(number: int) -> str:
    return f"{(NOW - timedelta(hours=1) + timedelta(milliseconds=number)).isoformat()}Z"


def test_one_event_by_either_names(live: State, live_client: TestClient) -> None:
    own = live_client.post("/events", json=event(1))
    canonical = {"entity": "ann", "time": utc(2), "kind": "cart", "item": "264", "event_id": "e2"}
    other = live_client.post("/events", json=canonical)
    assert (own.status_code, other.status_code) == (202, 202), own.text + other.text
    nothing = {"duplicates": 0, "suppressed": 0, "conflicts": [], "rejected": [], "ignored": []}
    assert own.json() == other.json() == {"accepted": 1, **nothing}
    assert live.store is not None
    assert [one.kind for one in live.store.timeline("ann").events] == ["view", "cart"]
    assert {one.event.received for one in live.store.events("ann")} == {NOW}


@pytest.mark.parametrize("wrapped", [False, True])
def test_many_events(live: State, live_client: TestClient, wrapped: bool) -> None:
    events = [event(number, visitor=number % 7) for number in range(1_000)]
    found = live_client.post("/events", json={"events": events} if wrapped else events)
    assert (found.status_code, found.json()["accepted"]) == (202, 1_000), found.text
    assert live.store is not None
    assert sum(len(live.store.timeline(str(visitor))) for visitor in range(7)) == 1_000
    again = live_client.post("/events", json=events).json()
    assert (again["accepted"], again["duplicates"]) == (0, 1_000)


def test_one_more_than_allowed_is_too_many(live_client: TestClient) -> None:
    found = live_client.post("/events", json=[event(number) for number in range(1_001)])
    assert (found.status_code, found.json()["error"]["code"]) == (413, "too_many")


def test_an_id_means_one_event_for_ever(live: State, live_client: TestClient) -> None:
    """D5 over HTTP: the same again is a duplicate, another body under the same id 409, and nothing changes."""
    assert live_client.post("/events", json=event()).json()["accepted"] == 1
    assert live_client.post("/events", json=event()).json()["duplicates"] == 1
    other = live_client.post("/events", json=event(itemid="265"))
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")
    mixed = live_client.post("/events", json=[event(itemid="265"), event(9)])
    assert (mixed.status_code, mixed.json()["accepted"], mixed.json()["conflicts"]) == (202, 1, [0])
    assert live.store is not None
    assert [one.item for one in live.store.timeline("ann").events] == ["264", "264"]


def test_the_header_names_events_that_have_no_id(live_client: TestClient) -> None:
    bare = {name: value for name, value in event().items() if name != "event_id"}
    refused = live_client.post("/events", json=bare)
    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json()["error"]["message"]
    for body, accepted in ((bare, 1), ([bare, bare], 2)):
        headers = {"Idempotency-Key": f"order {accepted}"}
        counts = [live_client.post("/events", json=body, headers=headers).json() for _ in range(2)]
        assert [(one["accepted"], one["duplicates"]) for one in counts] == [(accepted, 0), (0, accepted)]
    bad = live_client.post("/events", json=bare, headers={"Idempotency-Key": "x" * 201})
    assert (bad.status_code, bad.json()["error"]["field"]) == (422, "Idempotency-Key")


POISONS = {
    "lone surrogate": json.dumps(event(7_777, visitor="kx81\ud800")),
    "nul": json.dumps(event(7_777, visitor="kx81\x00")),
    "2 to the 70": json.dumps(event(7_777, timestamp=2**70)),
    "a long text": json.dumps(event(7_777, visitor="k" * 900_000)),
    "a list for an id": json.dumps(event(7_777, visitor=["kx81"])),
    "a number for an event": "17",
    "null": "null",
    "not a number": json.dumps(event(7_777, timestamp=float("nan"))),
    "the future": json.dumps(event(10_000_000)),
    "an unknown kind": json.dumps(event(7_777, event="stare")),
    "a key twice": '{"visitorid": 1, "visitorid": 2}',
}


PLACES = 500
SOUND = [json.dumps(event(number)) for number in range(PLACES - 1)]


def taken_but_the_poison(client: TestClient, poison: str, place: int, tag: str) -> None:
    """A batch of 500 with a poison at a place: the other 499 are stored."""
    events = [one.replace('"event_id": "', f'"event_id": "{tag}-{place}-', 1) for one in SOUND]
    events.insert(place, poison)
    found = client.post("/events", content=f"[{','.join(events)}]")
    assert (found.status_code, found.json()["accepted"]) == (202, PLACES - 1), found.text[:500]
    assert [one["index"] for one in found.json()["rejected"]] == [place]
    assert "kx81" not in found.text


@pytest.mark.gate
def test_d6_a_poison_at_every_place(live_client: TestClient) -> None:
    """D6: one of the poisons at each of the 500 places, in turn."""
    poisons = list(POISONS.values())
    for place in range(PLACES):
        taken_but_the_poison(live_client, poisons[place % len(poisons)], place, "all")
    assert live_client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("number", "poison"), list(enumerate(POISONS.values())), ids=[str(name) for name in POISONS]
)
def test_a_poisonous_event_harms_only_itself(
    live: State, live_client: TestClient, number: int, poison: str
) -> None:
    """D6: at the first and the last of 500 places, and at two between that each poison has for itself, evenly spread."""
    step = PLACES // (2 * len(POISONS))
    for place in (0, (2 * number + 1) * step, (2 * number + 2) * step, PLACES - 1):
        taken_but_the_poison(live_client, poison, place, str(number))
    alone = live_client.post("/events", content=poison)
    assert alone.status_code in (400, 422)
    assert len(alone.content) <= 2048
    assert live_client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "body", ["", "[]", '{"events": []}', "[1", "[{}]]", '{"events": [{}], "more": 1}', "3", "[3]"]
)
def test_what_holds_no_event_is_refused(live_client: TestClient, body: str) -> None:
    found = live_client.post("/events", content=body)
    assert found.status_code in (400, 422), found.text
    assert set(found.json()) == {"error"}


def test_what_is_not_read_is_named(live_client: TestClient) -> None:
    found = live_client.post("/events", json=event(colour="red", context={"page": 1})).json()
    assert found["ignored"] == ["colour", "context"]


@pytest.mark.parametrize("body", ["{", '{"a": 1, "a": 2}', "[{]", '[{"a" 1}]', "\ufeff{}"])
def test_what_is_no_json_is_answered_as_predict_answers_it(live_client: TestClient, body: str) -> None:
    events, record = (live_client.post(path, content=body.encode()) for path in ("/events", "/predict"))
    assert (events.status_code, events.json()["error"]["code"]) == (400, "bad_json"), events.text
    if body[0] != "[":
        assert (record.status_code, record.json()["error"]["code"]) == (400, "bad_json"), record.text
        assert record.json()["error"]["message"] == events.json()["error"]["message"]


@pytest.mark.parametrize("change", [{"event": "stare"}, {"timestamp": "noon"}, {"timestamp": 1}])
def test_a_client_is_told_in_words_of_its_own(live_client: TestClient, change: dict[str, Any]) -> None:
    """It knows no key of the shop file."""
    error = live_client.post("/events", json=event(**change)).json()["error"]
    assert error["code"] in ("kind_unknown", "time_unreadable", "time_out_of_range")
    assert "source" not in error["message"] and len(error["message"]) > 40


class Refusing:
    """A store that takes nothing, for one reason."""

    def __init__(self, error: Exception, at_once: bool) -> None:
        self.error, self.at_once = error, at_once

    def submit(self, arrivals: Any, done: Any) -> None:
        if self.at_once:
            raise self.error
        done(self.error)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreFull("x"), 507), (StoreBusy("x"), 503), (StoreDead("x"), 503), (StoreAway("x"), 503)],
)
def test_a_store_that_cannot_is_said_so(live: State, error: Exception, status: int, at_once: bool) -> None:
    """D9 over HTTP: 507 or 503 with Retry-After, and nothing is acknowledged."""
    found = client_of(replace(live, store=Refusing(error, at_once))).post("/events", json=event())  # type: ignore[arg-type]
    assert found.status_code == status
    assert int(found.headers["retry-after"]) > 0


def test_hashed_ids_are_all_that_is_stored(live: State) -> None:
    """P1: with a hasher neither the store nor the log holds the id."""
    hasher = Hasher(b"k" * 32)
    with client_of(replace(live, hasher=hasher)) as client:
        assert client.post("/events", json=event(visitor="kx81-ann")).status_code == 202
        assert client.get("/visitors/kx81-ann/score").status_code == 200
    assert isinstance(live.store, Store)
    assert len(live.store.timeline("kx81-ann")) == 0
    assert len(live.store.timeline(hasher.hash("kx81-ann"))) == 1
    live.log.flush()
    for file in [*live.store.folder.iterdir(), *(live.shop.home / "live").iterdir()]:
        assert b"kx81" not in file.read_bytes()


def test_many_at_once_are_each_answered(live: State) -> None:
    """Requests that share a commit each get their own answer."""
    import asyncio

    import httpx

    from willbuy.service.app import create_app

    app = create_app(live)

    async def all_of_them() -> list[int]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://loopback"
        ) as client:
            answers = await asyncio.gather(
                *(client.post("/events", json=event(number)) for number in range(200))
            )
        return [answer.json()["accepted"] for answer in answers]

    assert asyncio.run(all_of_them()) == [1] * 200
    assert live.store is not None
    assert len(live.store.timeline("ann")) == 200


def test_a_key_that_may_only_send_is_told_no_score(live: State, tmp_path: Path) -> None:
    """S1: `score=true` answers what a visitor's page does, and needs the same scope, however it is spelt."""
    import httpx

    from service.edge_server import edge
    from willbuy.service.app import create_app
    from willbuy.service.gate.keys import add_key

    scopes = {"sender": ["ingest"], "both": ["ingest", "read"]}
    tokens = {
        name: add_key(tmp_path, f"{name}-of-scores", held, NOW, "test") for name, held in scopes.items()
    }
    with edge(tmp_path, app=create_app(live)) as service:
        found = {}
        for name, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            asked = [f"{service.url}/events{query}" for query in ("", "?score=true", "?s%63ore=true")]
            found[name] = [httpx.post(url, json=event(7), headers=headers).status_code for url in asked]
    assert found == {"sender": [202, 403, 403], "both": [202, 202, 202]}
