"""GET /visitors/{id}/score: from the visitor's own events, by the definitions that training used."""

import errno
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import current_thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.conftest import NOW, client_of
from service.test_events import event, utc
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, Timeline
from willbuy.features.local_time import LocalTime
from willbuy.privacy.plan import Plan, pending
from willbuy.service.app import create_app
from willbuy.service.erasing import Erasing
from willbuy.service.state import State
from willbuy.service.visitors import Visitors
from willbuy.service.wire.errors import Refusal
from willbuy.shop import Shop, Target
from willbuy.store.interface import Seen


@pytest.fixture
def client(live_client: TestClient) -> TestClient:
    """A client whose store knows three events of ann, one of them an hour and the others two and a half days old."""
    old = [
        {
            "entity": "ann",
            "time": f"{(NOW - timedelta(days=2, hours=12 - n)).isoformat()}Z",
            "kind": kind,
            "item": "7",
            "event_id": f"old{n}",
        }
        for n, kind in enumerate(("view", "cart"))
    ]
    assert live_client.post("/events", json=[event(), *old]).json()["accepted"] == 3
    return live_client


def test_the_score_is_that_of_the_live_features(client: TestClient, live: State) -> None:
    said = client.get("/visitors/ann/score?reasons=3&explain=events").json()
    serving = live.holder.current
    assert serving is not None
    assert live.store is not None
    row = np.array(serving.evaluator.values(live.store.timeline("ann"), NOW))
    assert (
        dict(zip(serving.names, row, strict=True))[
            "count_event_7d" if "count_event_7d" in serving.names else "count_view_7d"
        ]
        == 2.0
    )
    assert said["purchase_probability"] == serving.bundle.predict_proba(row[np.newaxis])[0]
    assert (said["visitorid"], said["events"], said["in_population"]) == ("ann", 3, True)
    assert said["as_of"] == f"{NOW.isoformat()}Z"
    assert [one["kind"] for one in said["events_used"]] == ["view", "cart", "view"]
    assert len(said["reasons"]) == 3


def test_as_of_sees_what_was_known_then(client: TestClient) -> None:
    """An event that happened before a moment, but came later, was not known at it."""
    for text, status in (
        ("2015-07-02T12:00Z", 200),
        ("2015-07-02T12:00:00+00:00", 200),
        ("2015-07-02T11:59:59Z", 404),
    ):
        assert client.get(f"/visitors/ann/score?as_of={text}").status_code == status, text
    assert (
        client.get("/visitors/ann/score?as_of=2015-07-02T11:59:59Z").json()["error"]["code"] == "unknown_then"
    )


@pytest.mark.parametrize("query", ["as_of=2015-07-03", "as_of=tomorrow", "as_of=", "as_of=9999-12-31T23:59-14:00", "reasons=-1", "reasons=11",
                                   "reasons=1&reasons=2", "reasons=1.0", "explain=all", "as-of=2015-07-01", "as_of=%ff"])  # fmt: skip
def test_a_bad_query_is_named(client: TestClient, query: str) -> None:
    found = client.get(f"/visitors/ann/score?{query}")
    assert found.status_code == 422
    assert set(found.json()) == {"error"}


@pytest.mark.parametrize(
    "path",
    ["/visitors/bob/score", "/visitors/bob", "/visitors/..%2f..%2fetc%2fpasswd", "/visitors/a/b/score"],
)
def test_an_unknown_visitor(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/visitors/%00/score", "/visitors/a%0ab", f"/visitors/{'a' * 201}"])
def test_what_can_be_no_id(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 422


def test_who_is_outside_the_population_is_told_so(live: State) -> None:
    """The model was trained on who was active in the last 30 days; a visitor of last winter is scored and named."""
    assert live.store is not None
    seen = [Event(datetime(2015, 3, 1), "view", "7", received=datetime(2015, 3, 1))]

    class NoFacts(dict[str, Any]):
        local = LocalTime()

    class Kept:
        fitted = None

        def kept(self, _: str) -> bool:
            return True

        def seen(self, entities: list[str], _: datetime) -> dict[str, Seen]:
            return {entity: Seen(Timeline(seen), None) for entity in entities}

        def facts(self, _: datetime) -> Any:
            return NoFacts()

    said = client_of(replace(live, store=Kept())).get("/visitors/ann/score").json()  # type: ignore[arg-type]
    assert (said["in_population"], said["events"]) == (False, 1)
    assert 0 < said["purchase_probability"] < 1


def test_what_is_stored(client: TestClient) -> None:
    said = client.get("/visitors/ann").json()
    assert (said["visitorid"], said["total"], said["live"]) == ("ann", 3, 3)
    assert [one["kind"] for one in said["events"]] == ["view", "cart", "view"]
    assert said["last"] == utc(0)
    assert len(client.get("/visitors/ann?limit=1").json()["events"]) == 1
    assert client.get("/visitors/ann?limit=0").json()["events"] == []


def session_of(live: State) -> State:
    """The same model asked as that of a session task: who has a visit in progress."""
    assert isinstance(live.shop, Shop)
    return replace(live, shop=live.shop.model_copy(update={"target": Target(within="session")}))


def test_a_session_task_scores_running_visits_only(live: State) -> None:
    with client_of(session_of(live)) as client:
        now = {
            "entity": "bob",
            "time": f"{(NOW - timedelta(minutes=1)).isoformat()}Z",
            "kind": "view",
            "event_id": "b",
        }
        assert client.post("/events", json=[event(), now]).json()["accepted"] == 2
        assert client.get("/visitors/bob/score").json()["in_population"] is True
        assert client.get("/visitors/ann/score").json()["error"]["code"] == "no_session"


def test_the_score_after_each_event_of_a_visit(live: State) -> None:
    with client_of(session_of(live)) as client:
        scores = []
        for number, kind in enumerate(("view", "view", "cart")):
            sent = {
                "entity": "bob",
                "time": f"{NOW.isoformat()}Z",
                "kind": kind,
                "item": str(number),
                "event_id": f"b{number}",
            }
            found = client.post("/events?score=true", json=sent).json()
            assert found["accepted"] == 1
            [score] = found["scores"]
            assert (score["visitorid"], score["events"]) == ("bob", number + 1)
            scores.append(score["purchase_probability"])
        assert len(set(scores)) == 3


def test_an_erased_visitor_is_gone_and_stays_away(live: State, tmp_path: Path) -> None:
    """P2 over HTTP: known no more, what comes later is dropped, and the rest is asked of another process."""
    asked = []
    shop = live.shop.model_copy(update={"folder": tmp_path})  # the plans lie in a home of its own
    state = replace(live, shop=shop)
    erasing = Erasing(state, rest=lambda: asked.append([(p.entity, p.live) for p in pending(shop.home)]))
    erasing.go_on()
    assert asked == []
    app = create_app(state, erasing)
    with TestClient(app) as client:
        assert client.post("/events", json=event()).json()["accepted"] == 1
        found = client.delete("/visitors/ann")
        assert (found.status_code, found.json()) == (202, {"erased": "live", "rest": "under way"})
        for path in ("/visitors/ann", "/visitors/ann/score"):
            assert client.get(path).status_code == 404
        again = client.post("/events", json=event(1))
        assert (again.status_code, again.json()["suppressed"], again.json()["accepted"]) == (202, 1, 0)
    assert asked == [[("ann", False)]]  # written down before the process begins that erases it
    erasing.go_on()
    assert len(asked) == 2  # that process has not: a start begins it again


def test_a_full_disk_stops_an_erasure_as_it_stops_events(
    live: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D9: 507 with Retry-After where the plan cannot be written down; another fault of the disk is ours to log."""
    shop = live.shop.model_copy(update={"folder": tmp_path})
    state = replace(live, shop=shop)
    client = TestClient(create_app(state, Erasing(state, rest=lambda: None)), raise_server_exceptions=False)
    for number, status in ((errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 500)):

        def fails(*_: object, number: int = number) -> None:
            raise OSError(number, "no")

        with monkeypatch.context() as patched:
            patched.setattr(Plan, "write", fails)
            found = client.delete("/visitors/zoe")
        assert found.status_code == status, found.text
        assert ("retry-after" in found.headers) == (status == 507)


def test_no_score_counts_items_by_the_days_of_another_zone(live: State) -> None:
    """A model that is about to be replaced by one of another time zone says so, rather than read facts of 0."""
    facts = SimpleNamespace(local=LocalTime("Asia/Tokyo"))
    visitors = Visitors(live, SimpleNamespace(facts=lambda _: facts), None)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as refused:
        visitors._facts(FeatureSet((ItemPopularity("view"),)), NOW)
    assert (refused.value.status, refused.value.error["code"]) == (503, "model_changes")


def test_events_are_acknowledged_though_a_visit_is_over(live: State) -> None:
    """What is on disk is acknowledged, whatever there is to say of a score: a late event is of a visit that has ended."""
    with client_of(session_of(live)) as client:
        late, now = (
            {
                "entity": name,
                "time": f"{(NOW - timedelta(hours=hours)).isoformat()}Z",
                "kind": "view",
                "event_id": name,
            }
            for name, hours in (("cy", 5), ("dan", 0))
        )
        found = client.post("/events?score=true", json=[late, now])
        assert (found.status_code, found.json()["accepted"]) == (202, 2)
        assert [score["visitorid"] for score in found.json()["scores"]] == ["dan"]


def test_a_visitor_who_did_much_holds_nobody_up(live: State) -> None:
    """A timeline that is not in memory is read by another thread than the one that answers."""
    assert live.store is not None
    threads: list[str] = []
    read = live.store.timeline

    def timeline(entity: str) -> Timeline:
        threads.append("read" if not live.store.kept(entity) else "kept")  # type: ignore[union-attr]
        threads.append(current_thread().name)
        return read(entity)

    with client_of(live) as client, pytest.MonkeyPatch.context() as patch:
        assert client.post("/events", json=event()).json()["accepted"] == 1
        patch.setattr(live.store, "timeline", timeline)
        assert client.get("/visitors/ann/score").status_code == 200
        assert client.get("/visitors/ann/score").status_code == 200
    assert threads[0::2] == ["read", "kept"]
    assert threads[1] != threads[3]


@pytest.mark.parametrize("visitor", ["a/b=", "/", "x/score", "ä/ö"])
def test_an_id_may_hold_a_slash(live_client: TestClient, visitor: str) -> None:
    event = {
        "entity": visitor,
        "time": "2015-07-02T11:00:00Z",
        "kind": "view",
        "event_id": f"slash {visitor}",
    }
    assert live_client.post("/events", json=event).json()["accepted"] == 1
    path = f"/visitors/{quote(visitor, safe='')}"
    assert live_client.get(path).json()["visitorid"] == visitor
    found = live_client.get(f"{path}/score").json()
    assert (found["visitorid"], found["events"]) == (visitor, 1)
    assert live_client.get(f"{path}/other").status_code == 404
    assert live_client.post(path).status_code in (405, 415)
