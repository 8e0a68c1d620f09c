"""D11: every answer of the service is in the prediction log, with what it was made of, and logging never slows an answer."""

import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient

from service.conftest import NOW, TABLE_RECORD, client_of, clock, state_of
from willbuy.hashed_ids import Hasher
from willbuy.service.app import create_app
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


def test_an_entity_is_erased_from_what_was_answered(logged: tuple[State, Path]) -> None:
    """P2."""
    state, home = logged
    client = client_of(state)
    for number in range(10):
        client.post("/predict", json={**TABLE_RECORD, "session": f"someone-{number % 2}"})
    assert state.log.erase("someone-1") == 5
    assert {one.entity for one in answers(state, home)} == {"someone-0"}
    assert all(b"someone-1" not in path.read_bytes() for path in (home / "live").iterdir())


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
