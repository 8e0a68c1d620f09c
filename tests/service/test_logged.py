"""D11: every answer of the service is in the prediction log, with what it was made of, and logging never slows an answer."""

import asyncio
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient

from service.conftest import NOW, TABLE_RECORD, client_of, clock, state_of
from service.test_events import event
from willbuy.features.algebra import Count
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator
from willbuy.hashed_ids import Hasher, Suppression
from willbuy.service.app import create_app
from willbuy.service.erasing import Erasing
from willbuy.service.serving import Serving
from willbuy.service.state import State
from willbuy.shop import Common
from willbuy.store.predictions import Answer, PredictionLog, feature_names, read_answers


@pytest.fixture
def logged(made_up_shop: Common, table_state: State, tmp_path: Path) -> Iterator[tuple[State, Path]]:
    """The table's state with a log of its own, and that log's home."""
    log = PredictionLog(tmp_path, 90, clock)
    yield state_of(made_up_shop, log=log), tmp_path
    log.close()


def answers(state: State, home: Path) -> list[Answer]:
    assert state.log.flush()
    return list(read_answers(home))


def test_every_200_is_logged_and_can_be_made_again_from_what_is_logged(logged: tuple[State, Path]) -> None:
    """D11, B6: the logged row gives the answered probability, bit for bit."""
    state, home = logged
    client = client_of(state)
    records = [{**TABLE_RECORD, "session": f"s{n}", "visits": n} for n in range(30)]
    said = [client.post("/predict", json=record).json() for record in records[:20]]
    said += client.post("/predict/batch", json={"customers": records[20:]}).json()["predictions"]
    found = answers(state, home)
    assert state.log.dropped == 0
    assert [one.entity for one in found] == [f"s{n}" for n in range(30)]
    assert [one.route for one in found] == ["/predict"] * 20 + ["/predict/batch"] * 10
    assert len({one.id for one in found}) == 30
    assert {one.moment for one in found} == {NOW}
    assert [one.probability for one in found] == [one["purchase_probability"] for one in said]
    assert {one.version for one in found} == {one["model_version"] for one in said}
    rows = np.frombuffer(b"".join(one.features for one in found)).reshape(30, -1)
    bundle = state.holder.current.bundle  # type: ignore[union-attr]
    assert bundle.predict_proba(rows).tolist() == [one.probability for one in found]
    assert feature_names(home) == {bundle.id: bundle.feature_names}


def test_a_refusal_is_no_answer(logged: tuple[State, Path]) -> None:
    state, home = logged
    client = client_of(state)
    assert client.post("/predict", json={**TABLE_RECORD, "visit": 3}).status_code == 422
    broken = {"customers": [{"visits": "many"}, TABLE_RECORD]}
    assert "error" in client.post("/predict/batch", json=broken).json()["predictions"][0]
    assert [one.entity for one in answers(state, home)] == ["s1"]


def test_where_ids_are_hashed_the_log_holds_the_hash(logged: tuple[State, Path]) -> None:
    """P1."""
    state, home = logged
    state.hasher = Hasher(bytes(range(32)))
    client = TestClient(create_app(state))
    said = client.post("/predict", json={**TABLE_RECORD, "session": "ann-of-the-canary"}).json()
    assert said["session"] == "ann-of-the-canary"
    assert [one.entity for one in answers(state, home)] == [state.hasher.hash("ann-of-the-canary")]
    assert all(b"canary" not in path.read_bytes() for path in (home / "live").iterdir())


def test_an_answer_about_somebody_who_was_erased_names_nobody(logged: tuple[State, Path]) -> None:
    """P2: a client may go on to ask; what is logged then holds no id."""
    state, home = logged
    state = replace(state, shop=state.shop.model_copy(update={"folder": home}))
    Suppression(state.shop.home).add("gone")
    client = client_of(state)
    for name in ("gone", "here"):
        assert client.post("/predict", json={**TABLE_RECORD, "session": name}).status_code == 200
    assert [one.entity for one in answers(state, home)] == [None, "here"]


def test_an_entity_is_erased_from_what_was_answered(logged: tuple[State, Path]) -> None:
    """P2."""
    state, home = logged
    client = client_of(state)
    for number in range(10):
        client.post("/predict", json={**TABLE_RECORD, "session": f"someone-{number % 2}"})
    assert state.log.erase("someone-1") == 5
    assert {one.entity for one in answers(state, home)} == {"someone-0"}
    assert all(b"someone-1" not in path.read_bytes() for path in (home / "live").iterdir())


def test_erasing_a_visitor_takes_what_is_on_its_way_to_the_log(logged: tuple[State, Path]) -> None:
    """P2: also what was answered after the process began that erases all else."""
    state, home = logged
    client = client_of(state)

    def rest() -> None:
        client.post("/predict", json={**TABLE_RECORD, "session": "someone"})

    asyncio.run(Erasing(state, rest).erase("someone"))
    client.post("/predict", json={**TABLE_RECORD, "session": "another"})
    assert [one.entity for one in answers(state, home)] == ["another"]
    assert all(b"someone" not in path.read_bytes() for path in (home / "live").iterdir())


def other_model(home: Path, serving: Serving, columns: list[int]) -> Serving:
    """A logistic model of some of the columns of another, its categories in another order."""
    spec = [dict(serving.bundle.manifest["columns"][place]) for place in columns]
    for column in spec:
        if column["role"] == "category":
            column["values"] = column["values"][::-1]
    return replace(
        serving,
        version="beef",
        names=tuple(column["name"] for column in spec),
        bundle=_Reads(spec),  # type: ignore[arg-type]
    )


class _Reads:
    """Stands for a bundle: its score is the sum of what it read."""

    def __init__(self, columns: list[dict[str, Any]] | None) -> None:
        self.manifest = {} if columns is None else {"columns": columns}
        self.calibrator = self

    def log_odds(self, rows: Any) -> Any:
        return np.nansum(rows, axis=1)

    def probability(self, log_odds: Any) -> Any:
        return log_odds


def test_a_shadow_with_other_categories_reads_the_record_itself(logged: tuple[State, Path]) -> None:
    state, home = logged
    champion = state.holder.current
    assert champion is not None
    every = list(range(len(champion.names)))
    state.holder.shadow = other_model(home, champion, every)
    client = client_of(state)
    said = client.post("/predict", json=TABLE_RECORD).json()
    [found] = answers(state, home)
    assert (found.probability, found.shadow_version) == (said["purchase_probability"], "beef")
    values = found_codes(state.holder.shadow, TABLE_RECORD)
    assert found.shadow_probability == sum(values)
    assert found_codes(champion, TABLE_RECORD) != values


def test_a_shadow_with_other_features_reads_the_visitors_events_itself(live: State, tmp_path: Path) -> None:
    champion = live.holder.current
    assert champion is not None
    features = FeatureSet((Count("view", "3d"), Count("view", "1h")))
    bundle: Any = _Reads(None)
    live.log = PredictionLog(tmp_path / "home", 90, clock)
    live.holder.shadow = replace(
        champion,
        version="beef",
        names=features.names,
        features=features,
        evaluator=Evaluator(features),
        bundle=bundle,
    )
    try:
        with client_of(live) as client:
            events = [
                event(number) for number in (60_000, 1_800_000, -86_400_000)
            ]  # milliseconds after NOW - 1 h
            assert client.post("/events", json=events).json()["accepted"] == 3
            assert client.get("/visitors/ann/score").status_code == 200
        live.log.close()
    finally:
        live.holder.shadow = None
    [found] = list(read_answers(tmp_path / "home"))
    assert (found.entity, found.as_of, found.shadow_probability) == ("ann", NOW, 3.0 + 2.0)


def found_codes(serving: Serving, record: dict[str, Any]) -> list[float]:
    """What a model's columns make of a record."""
    found = []
    for column in serving.bundle.manifest["columns"]:
        value = record[column["name"]]
        found.append(float(column["values"].index(value) if column["role"] == "category" else value))
    return found


def test_a_log_that_cannot_be_written_is_told_and_answers_go_on(
    made_up_shop: Common, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """D9: the service answers, says that it is degraded, and goes on logging once it can."""
    (tmp_path / "live").write_text("a file where a folder should be")
    state = state_of(made_up_shop, log=PredictionLog(tmp_path, 90, clock))
    client = client_of(state)
    assert client.post("/predict", json=TABLE_RECORD).status_code == 200
    health = client.get("/health").json()
    assert (health["status"], len(health["problems"])) == ("degraded", 1)
    assert "not logged" in health["problems"][0] and str(tmp_path) not in health["problems"][0]
    assert client.get("/readyz").status_code == 200
    (tmp_path / "live").unlink()
    assert state.log.flush(30)
    assert client.get("/health").json()["status"] == "ok"
    assert [one.entity for one in answers(state, tmp_path)] == ["s1"]
    state.log.close()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def milliseconds(client: httpx.Client, count: int, record: dict[str, Any]) -> list[float]:
    """The times of so many answers, one after the other."""
    times = []
    for _ in range(count):
        before = time.perf_counter()
        assert client.post("/predict", json=record).status_code == 200
        times.append(1000 * (time.perf_counter() - before))
    return times


@pytest.mark.gate
def test_a_log_that_takes_two_seconds_an_insert_slows_no_answer(logged: tuple[State, Path]) -> None:
    """D11: p99 of `/predict` moves by at most 10 %, the best of five tries: the machine does other things too."""
    import uvicorn

    state, home = logged
    server = uvicorn.Server(uvicorn.Config(create_app(state), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    ratios = []
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
        closing(
            sqlite3.connect(home / "live" / "predictions.sqlite", isolation_level=None, timeout=30)
        ) as other,
    ):
        milliseconds(client, 200, TABLE_RECORD)
        for _ in range(5):
            free = milliseconds(client, 1_000, TABLE_RECORD)
            other.execute("BEGIN IMMEDIATE")  # whoever inserts now waits
            end = time.monotonic() + 2
            slow: list[float] = []
            while time.monotonic() < end or len(slow) < 1_000:
                slow += milliseconds(client, 100, TABLE_RECORD)
            other.execute("ROLLBACK")
            state.log.flush()
            ratios.append(statistics.quantiles(slow, n=100)[98] / statistics.quantiles(free, n=100)[98])
    server.should_exit = True
    thread.join()
    print("p99 with a slow log by p99 with a free one:", [round(ratio, 2) for ratio in ratios])
    assert min(ratios) <= 1.1
    assert state.log.dropped == 0
