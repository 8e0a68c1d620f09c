"""`willbuy serve`, the whole of it, as a process: what it refuses, whom it lets in, how it follows a promotion, how it ends."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from made_up_models import bundle_id, make_run
from made_up_table import table_shop
from service.serve_process import Serving, serving, willbuy
from waiting import until
from willbuy.errors import WillbuyError
from willbuy.registry.pointer import Pointer, write_pointer
from willbuy.service import extras
from willbuy.service.gate.keys import add_key, revoke_key
from willbuy.shop import Common
from willbuy.store.predictions.reading import read_answers

NOW = datetime(2026, 3, 1)
SCOPES = ("ingest", "predict", "read", "admin")
CLIENT = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))


def point(home: Path, run: str, token: int) -> None:
    """Make a run the champion."""
    write_pointer(home, Pointer(run, bundle_id(home, run), token, "2026-03-01T00:00:00", None))


@pytest.fixture
def shop(tmp_path: Path) -> Common:
    """A table's shop with two made-up runs, the first the champion."""
    shop = table_shop(tmp_path, 'id = "session"\nrepeats = 1')
    for seed in (1, 2):
        make_run(shop.home, seed)
    point(shop.home, "0001", 1)
    return shop


RECORD = {f"feature_{place}": float(place) for place in range(6)}


def test_it_refuses_what_is_unsafe(shop: Common) -> None:
    """S9: no public address without a key, revoked ones count as none; one line each, and nothing is left behind."""
    refused = willbuy(shop.folder, "serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2 and "willbuy keys add" in refused.stderr
    assert refused.stderr.count("\n") == 1
    add_key(shop.home, "ann", ["read"], NOW, "test")
    revoke_key(shop.home, "ann", NOW, "test")
    again = willbuy(shop.folder, "serve", "--host", "::", "--port", "0")
    assert again.returncode == 2 and "willbuy keys add" in again.stderr
    add_key(shop.home, "bob", ["read"], NOW, "test")
    with serving(shop.folder, "--host", "0.0.0.0") as service:
        port = service.url.rsplit(":", 1)[1]
        assert CLIENT.get(f"http://127.0.0.1:{port}/model").status_code == 401
        assert CLIENT.get(f"http://127.0.0.1:{port}/livez").status_code == 200
        assert CLIENT.get(f"http://127.0.0.1:{port}/docs").status_code == 404, "no docs at a public address"


def test_it_serves_what_is_promoted_and_one_at_a_time(shop: Common) -> None:
    """A second serve on the same home is refused; a port that is taken, and a run that is not there, in one line."""
    with serving(shop.folder) as service:
        assert "run 0001; run 0002 is newer: willbuy promote 0002" in service.said
        assert "no keys" in service.said
        assert CLIENT.get(service.url + "/health").json()["newer_run"] == "0002"
        assert CLIENT.get(service.url + "/model").json()["role"] == "champion"
        second = willbuy(shop.folder, "serve", "--port", "0")
        assert second.returncode == 2 and str(service.process.pid) in second.stderr
        answer = CLIENT.post(service.url + "/predict", json={"session": "s1", **RECORD})
        assert answer.status_code == 200 and answer.json()["model_version"] == bundle_id(shop.home, "0001")
    assert service.code == 0 and service.errors == []
    with serving(shop.folder, "--run", "0002") as other:
        assert "run 0002" in other.said and "newer" not in other.said
        assert CLIENT.get(other.url + "/model").json()["role"] == "pinned"
    none = willbuy(shop.folder, "serve", "--run", "0009", "--port", "0")
    assert none.returncode == 2 and "0009" in none.stderr
    (shop.home / "registry" / "champion.json").unlink()
    nothing = willbuy(shop.folder, "serve", "--port", "0")
    assert nothing.returncode == 2 and "willbuy promote" in nothing.stderr


@pytest.mark.parametrize(
    ("swaps", "clients", "gap"), [(5, 2, 0.7), pytest.param(100, 8, 0.3, marks=pytest.mark.gate)]
)
def test_a_promotion_is_followed_without_a_failed_answer(
    shop: Common, swaps: int, clients: int, gap: float
) -> None:
    """M4, M3 at the door: swaps under load fail nothing; a damaged candidate is never served, and is counted."""
    answers: list[httpx.Response] = []
    stop = threading.Event()
    with serving(shop.folder) as service:

        def ask() -> None:
            with httpx.Client() as client:
                while not stop.is_set():
                    answers.append(client.post(service.url + "/predict", json={"session": "s", **RECORD}))

        threads = [threading.Thread(target=ask) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for token in range(2, 2 + swaps):
            run = ("0001", "0002")[token % 2]
            point(shop.home, run, token)
            time.sleep(gap)
            seen = len(answers)
            until(lambda run=run, seen=seen: bundle_id(shop.home, run) in versions(answers[seen:]))
        make_run(shop.home, 3)
        broken = next((shop.home / "runs" / "0003" / "bundle").glob("model.*"))
        broken.write_bytes(broken.read_bytes()[:-20])
        point(shop.home, "0003", 2 + swaps)
        until(lambda: "swap_failures_total 1.0" in CLIENT.get(service.url + "/metrics").text)
        stop.set()
        for thread in threads:
            thread.join()
        assert CLIENT.get(service.url + "/readyz").status_code == 200, "the old model answers"
        assert CLIENT.get(service.url + "/health").json()["status"] == "degraded"
    assert {one.status_code for one in answers} == {200}
    by_version: dict[str, set[float]] = {}
    for one in answers:
        by_version.setdefault(one.json()["model_version"], set()).add(one.json()["purchase_probability"])
    assert set(by_version) == {bundle_id(shop.home, "0001"), bundle_id(shop.home, "0002")}
    assert all(len(found) == 1 for found in by_version.values()), "a version has one score for a record"


def versions(answers: list[httpx.Response]) -> set[str]:
    return {one.json()["model_version"] for one in answers if one.status_code == 200}


def test_it_ends_without_loss(shop: Common) -> None:
    """SIGTERM under load: who was let in is answered, every answer is in the log, the exit code is 0."""
    answered: list[int] = []
    with serving(shop.folder) as service:
        stop = threading.Event()

        def ask() -> None:
            with httpx.Client() as client:
                while not stop.is_set():
                    try:
                        sent = client.post(service.url + "/predict", json={"session": "s", **RECORD})
                    except httpx.TransportError:
                        return
                    answered.append(sent.status_code)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(answered) > 10)
        service.stop()
        stop.set()
        for thread in threads:
            thread.join()
    assert service.code == 0 and service.errors == []
    assert set(answered) == {200} and len(answered) > 10
    assert len(list(read_answers(shop.home))) >= len(answered)


@pytest.fixture(scope="module")
def whole(log_shop: Common) -> Iterator[tuple[Serving, dict[str, str]]]:
    """A log's service with history and keys, and the keys by scope."""
    unproven = willbuy(log_shop.folder, "serve", "--port", "0", "--run", "0001")
    assert unproven.returncode == 2 and "willbuy parity" in unproven.stderr
    tokens = {scope: add_key(log_shop.home, f"only-{scope}", [scope], NOW, "test") for scope in SCOPES}
    tokens["revoked"] = add_key(log_shop.home, "gone", SCOPES, NOW, "test")
    revoke_key(log_shop.home, "gone", NOW, "test")
    with serving(log_shop.folder, "--run", "0001", "--allow-unproven") as service:
        yield service, tokens
    for name in ("keys.json", "keys.lock", "keys.made"):
        (log_shop.home / name).unlink()


OPEN = {"/livez", "/readyz", "/health", "/docs", "/openapi.json", "/"}


def test_every_route_of_the_openapi_file_asks_for_a_key(whole: tuple[Serving, dict[str, str]]) -> None:
    """S1: each route x {no key, wrong, revoked, wrong scope} is 401 or 403, but for the three of the probes."""
    service, tokens = whole
    routes = CLIENT.get(service.url + "/openapi.json").json()["paths"]
    tried = 0
    for path, methods in routes.items():
        url = service.url + path.replace("{id}", "5")
        for method in methods:
            if path in OPEN or path.startswith("/page/"):  # the page holds nothing of the shop
                assert CLIENT.request(method, url).status_code in (200, 503)
                continue
            asked = [None, "wb_only-read_wrong", "nonsense", tokens["revoked"]]
            for token in asked:
                headers = {"authorization": f"Bearer {token}"} if token else {}
                assert CLIENT.request(method, url, headers=headers).status_code == 401, (method, path, token)
            codes = [
                CLIENT.request(method, url, headers={"x-api-key": tokens[scope]}).status_code
                for scope in SCOPES
            ]
            assert sum(code != 403 for code in codes) == 1, (method, path, codes)
            tried += 1
    assert tried >= 8


def test_health_says_that_nothing_is_proven(whole: tuple[Serving, dict[str, str]]) -> None:
    """--allow-unproven says so."""
    health = CLIENT.get(whole[0].url + "/health").json()
    assert health["proven"] is False and health["status"] == "degraded"


def test_history_is_there_before_the_first_answer(
    whole: tuple[Serving, dict[str, str]], log_shop: Common
) -> None:
    """The first score after a start knows what the warehouse holds of a visitor."""
    service, tokens = whole
    visitor = (log_shop.folder / "events.csv").read_text().splitlines()[1].split(",")[1]
    found = CLIENT.get(f"{service.url}/visitors/{visitor}", headers={"x-api-key": tokens["read"]})
    assert found.status_code == 200 and visitor in found.text


def test_events_and_scores_are_counted(whole: tuple[Serving, dict[str, str]]) -> None:
    """What the app does shows in the metrics, under its route and outcome."""
    service, tokens = whole
    event = {"timestamp": 1435708800000, "visitorid": "77777", "event": "view", "itemid": 1}
    for number in ("e1", "e2"):
        sent = CLIENT.post(
            service.url + "/events",
            json={**event, "event_id": number},
            headers={"x-api-key": tokens["ingest"]},
        )
        assert sent.status_code == 202, sent.text
    CLIENT.get(service.url + "/visitors/77777/score", headers={"x-api-key": tokens["read"]})
    page = CLIENT.get(service.url + "/metrics", headers={"x-api-key": tokens["read"]}).text
    assert 'willbuy_http_requests_total{method="POST",route="/events",status="202"} 2.0' in page
    assert 'willbuy_events_total{outcome="stored"} 2.0' in page
    assert 'route="/visitors/{id}/score"' in page and "77777" not in page
    assert "willbuy_writer_alive 1.0" in page


def test_the_keys_are_in_the_audit_log(log_shop: Common, whole: tuple[Serving, dict[str, str]]) -> None:
    """P4: a line for each key that was made or revoked, and no key in it; another for serving without a proof."""
    lines = [json.loads(line) for line in (log_shop.home / "audit.jsonl").read_text().splitlines()]
    assert "serve_unproven" in {line["act"] for line in lines}
    acts = [(line["act"], line["what"]["name"]) for line in lines if line["act"].endswith("_key")]
    assert ("add_key", "only-read") in acts and ("revoke_key", "gone") in acts
    assert not any(token in str(lines) for token in whole[1].values())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra: what to install."""
    monkeypatch.setattr(extras, "NEEDED", (*extras.NEEDED, "no_such_package"))
    with pytest.raises(WillbuyError, match=r"no_such_package.*pip install 'willbuy\[serve\]'"):
        extras.check_extras()
    assert "no_such_package" not in sys.modules
