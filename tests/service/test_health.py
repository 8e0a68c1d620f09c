"""The probes, the card, and the errors that belong to no route: what they say, and what they keep to themselves."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.conftest import client_of
from willbuy.service.state import State


def test_health_says_what_runs(log_client: TestClient, table_client: TestClient) -> None:
    of_log, of_table = (client.get("/health").json() for client in (log_client, table_client))
    assert (of_table["status"], of_table["model_loaded"], of_table["proven"]) == ("ok", True, None)
    assert of_table["model_info"] == {
        "model_type": "logistic",
        "features": ["visits", "seconds", "device", "member"],
    }
    assert (of_log["status"], of_log["proven"]) == ("degraded", False)  # --allow-unproven says so in /health
    assert "willbuy parity" in of_log["problems"][0]


def test_a_newer_run_and_what_the_served_one_is(table_state: State) -> None:
    """Health names the newest run where another is served; the card says that this one was named at the start."""
    serving = table_state.holder.current
    holder = SimpleNamespace(current=serving, shadow=None, error=None, pinned=False, newer="0007")
    client = client_of(replace(table_state, holder=holder))  # type: ignore[arg-type]
    health = client.get("/health").json()
    assert (health["newer_run"], health["status"], health["problems"]) == ("0007", "ok", [])
    assert client.get("/model").json()["role"] == "champion"
    named = client_of(table_state)
    assert (named.get("/model").json()["role"], named.get("/health").json()["newer_run"]) == ("pinned", None)


def test_a_table_says_that_it_has_no_events(table_client: TestClient) -> None:
    for method, path in (("POST", "/events"), ("GET", "/visitors/5"), ("GET", "/visitors/5/score")):
        found = table_client.request(method, path, json={})
        assert (found.status_code, found.json()["error"]["code"]) == (404, "no_events"), path
    assert table_client.get("/nowhere").json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("store", [None, SimpleNamespace(trouble="")])
def test_ready(table_state: State, store: Any) -> None:
    found = client_of(replace(table_state, store=store)).get("/readyz")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"store": SimpleNamespace(trouble="the writer of events is dead")}, "writer"),
        ({"store": SimpleNamespace(trouble="the database does not answer")}, "database"),
        ({"holder": SimpleNamespace(current=None, shadow=None, error="x", newer=None)}, "model"),
    ],
)
def test_not_ready(table_state: State, changes: dict[str, Any], word: str) -> None:
    """D6: `/readyz` turns 503 when the writer is dead; so it does without a model."""
    client = client_of(replace(table_state, **changes))
    found = client.get("/readyz")
    assert found.status_code == 503
    assert word in found.json()["error"]["message"]
    assert found.headers["retry-after"]
    assert client.get("/livez").status_code == 200
    assert client.get("/health").json()["status"] in ("degraded", "down")


def test_without_a_model_nothing_is_scored(table_state: State) -> None:
    client = client_of(replace(table_state, holder=SimpleNamespace(current=None, shadow=None, error=None)))  # type: ignore[arg-type]
    for found in (
        client.post("/predict", json={}),
        client.post("/predict/batch", json={"customers": []}),
        client.get("/model"),
    ):
        assert (found.status_code, found.json()["error"]["code"]) == (503, "no_model")
        assert found.headers["retry-after"]


def test_the_card_is_the_bundle_s(log_client: TestClient, log_state: State) -> None:
    manifest = log_state.holder.current.bundle.manifest  # type: ignore[union-attr]
    card = log_client.get("/model").json()
    for name in ("test", "parts", "split", "thresholds", "bands", "data", "doctor", "verdict"):
        assert card[name] == manifest[name]
    assert {"low", "high", "value"} <= set(card["test"]["average_precision"])
    assert card["aliases"]["num_views_7d"] == "count_view_7d"
    assert card["version"] == log_state.holder.current.version  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nope", 404), ("GET", "/predict", 405), ("PUT", "/model", 405)]
)
def test_errors_have_one_shape(table_client: TestClient, method: str, path: str, status: int) -> None:
    found = table_client.request(method, path)
    assert found.status_code == status
    assert set(found.json()) == {"error"}
    assert {"code", "message"} <= set(found.json()["error"])


def test_a_fault_tells_nothing(table_state: State) -> None:
    """S3: what went wrong inside stays inside."""

    def broken(_: Any) -> Any:
        raise RuntimeError("SELECT secret FROM /tmp/kx81")

    serving = replace(table_state.holder.current, one=broken)  # type: ignore[type-var]
    client = client_of(replace(table_state, holder=SimpleNamespace(current=serving, shadow=None, error=None)))  # type: ignore[arg-type]
    found = client.post("/predict", json={"visits": 1, "seconds": 2, "device": "phone", "member": False})
    assert (found.status_code, set(found.json())) == (500, {"error"})
    assert not re.search("kx81|secret|Runtime|Traceback", found.text)
