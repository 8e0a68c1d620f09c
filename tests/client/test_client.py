"""Both clients against a real server that fails the first times."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

import willbuy
from client.pretend import Pretend, pretending
from willbuy import errors

Ask = Callable[..., Any]
BUSY = {"error": {"code": "busy", "message": "come back later"}}


@pytest.fixture(scope="module")
def server() -> Iterator[Pretend]:
    with pretending() as pretend:
        yield pretend


@pytest.fixture
def shop(server: Pretend) -> Pretend:
    fresh = Pretend()
    server.asked, server.at, server.headers, server.first = fresh.asked, fresh.at, fresh.headers, fresh.first
    server.then = lambda body: (200, {"ok": True})
    return server


@pytest.fixture(params=["Client", "AsyncClient"])
def ask(request: pytest.FixtureRequest, shop: Pretend) -> Ask:
    """Calls a method of a client of either kind, made with these options."""

    def call(method: str, *arguments: Any, url: str = shop.url, key: str | None = None,
             timeout: float = 5.0, retries: int = 4, **named: Any) -> Any:  # fmt: skip
        options = {"key": key, "timeout": timeout, "retries": retries}
        if request.param == "Client":
            with willbuy.Client(url, **options) as client:
                return getattr(client, method)(*arguments, **named)

        async def asynchronous() -> Any:
            async with willbuy.AsyncClient(url, **options) as client:
                return await getattr(client, method)(*arguments, **named)

        return asyncio.run(asynchronous())

    return call


def acknowledged(accepted: int, **more: Any) -> dict[str, Any]:
    return {
        "accepted": accepted,
        "duplicates": 0,
        "suppressed": 0,
        "conflicts": [],
        "rejected": [],
        "ignored": [],
        **more,
    }


def stored(body: Any) -> tuple[int, Any]:
    return 202, acknowledged(len(body["events"]))


def test_every_verb_asks_its_route(ask: Ask, shop: Pretend) -> None:
    ask("predict", {"customer_id": 7, "visits": np.int64(3), "recency": None}, reasons=3)
    ask("score", "ann", as_of=datetime(2015, 9, 1, 12), reasons=2, explain=True)
    ask("visitor", "a/../b ü?", limit=5)
    ask("erase", "007")
    ask("visitor", 7)
    ask("health")
    ask("model")
    assert shop.asked == [
        ("POST", "/predict", {"reasons": "3"}, {"customer_id": 7, "visits": 3, "recency": None}),
        (
            "GET",
            "/visitors/ann/score",
            {"as_of": "2015-09-01T12:00:00Z", "reasons": "2", "explain": "events"},
            None,
        ),
        ("GET", "/visitors/a%2F..%2Fb%20%C3%BC%3F", {"limit": "5"}, None),
        ("DELETE", "/visitors/007", {}, None),
        ("GET", "/visitors/7", {}, None),
        ("GET", "/health", {}, None),
        ("GET", "/model", {}, None),
    ]
    assert {headers["content-type"] for headers in shop.headers if "content-type" in headers} == {
        "application/json"
    }


def test_the_key_is_sent(ask: Ask, shop: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("health", key="wb_shop_one")
    monkeypatch.setenv("WILLBUY_KEY", "wb_shop_two")
    ask("health")
    monkeypatch.delenv("WILLBUY_KEY")
    ask("health")
    assert [headers.get("authorization") for headers in shop.headers] == [
        "Bearer wb_shop_one",
        "Bearer wb_shop_two",
        None,
    ]


@pytest.mark.parametrize("status", [429, 502, 503, 504, 507])
def test_what_passes_is_tried_again(ask: Ask, shop: Pretend, status: int) -> None:
    shop.first += [(status, BUSY)] * 2
    assert ask("predict", {"visits": 3}) == {"ok": True}
    assert len(shop.asked) == 3


def test_retry_after_is_honoured(ask: Ask, shop: Pretend) -> None:
    shop.first.append((503, BUSY, {"Retry-After": "1"}))
    assert ask("health") == {"ok": True}
    assert shop.at[1] - shop.at[0] >= 1


def test_a_service_that_says_tomorrow_is_not_waited_for(ask: Ask, shop: Pretend) -> None:
    shop.first.append((503, BUSY, {"Retry-After": "86400"}))
    with pytest.raises(errors.ServiceUnavailable, match="come back later") as caught:
        ask("health")
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (503, "busy", 86400)
    assert len(shop.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.RequestRejected),
        (401, errors.KeyRejected),
        (403, errors.KeyRejected),
        (404, errors.UnknownId),
        (409, errors.EventConflict),
        (413, errors.RequestRejected),
        (415, errors.RequestRejected),
        (422, errors.RequestRejected),
        (500, errors.ServiceFault),
    ],
)
def test_a_refusal_is_an_error_and_not_asked_again(
    ask: Ask, shop: Pretend, status: int, kind: type[errors.ClientError]
) -> None:
    shop.then = lambda body: (
        status,
        {"error": {"code": "unknown_field", "message": "the field 'x' is not known", "field": "x"}},
    )
    with pytest.raises(kind) as caught:
        ask("predict", {"x": 1})
    error = caught.value
    assert (error.status, error.code, error.message, error.field) == (
        status,
        "unknown_field",
        "the field 'x' is not known",
        "x",
    )
    assert len(shop.asked) == 1


@pytest.mark.parametrize("body", ["<html>not ours</html>", "[1]", '"text"', "[" * 100_000])
def test_what_is_no_service_of_ours_is_said(ask: Ask, shop: Pretend, body: str) -> None:
    shop.then = lambda _: (404, body)
    with pytest.raises(errors.UnknownId, match="GET /health answered 404 Not Found"):
        ask("health")
    shop.then = lambda _: (200, "<html>not ours</html>")
    with pytest.raises(errors.ServiceFault, match="is it a willbuy service"):
        ask("health")


def test_events_keep_their_ids_whatever_is_sent_again(ask: Ask, shop: Pretend) -> None:
    """The first answers are lost: one refused, one never given."""
    shop.first += [(503, BUSY), "hang"]
    shop.then = stored
    events = [{"visitor": "ann", "kind": "view"}, {"visitor": "ann", "kind": "cart", "event_id": "mine"}]
    sent = ask("send_events", events, timeout=0.3)
    assert (sent.accepted, sent.duplicates, sent.rejected, sent.events) == (2, 0, [], 2)
    bodies = [body for *_, body in shop.asked]
    assert len(bodies) >= 3 and all(body == bodies[0] for body in bodies)
    made, given = (event["event_id"] for event in bodies[0]["events"])
    assert len(made) == 32 and given == "mine"
    assert events[0] == {"visitor": "ann", "kind": "view"}  # what was handed over is not touched


def test_one_event_is_sent_as_many_are(ask: Ask, shop: Pretend) -> None:
    shop.then = stored
    assert (
        ask(
            "send_events",
            {"visitor": "ann", "eid": 7, "time": datetime(2015, 9, 1, tzinfo=UTC)},
            id_field="eid",
        ).accepted
        == 1
    )
    assert shop.asked[0][3] == {"events": [{"visitor": "ann", "eid": 7, "time": "2015-09-01T00:00:00+00:00"}]}


def test_many_events_go_out_a_thousand_at_a_time(ask: Ask, shop: Pretend) -> None:
    shop.then = stored
    sent = ask("send_events", ({"visitor": f"v{number}"} for number in range(2_500)))
    assert [len(body["events"]) for *_, body in shop.asked] == [1_000, 1_000, 500]
    assert sent.accepted == 2_500
    ids = [event["event_id"] for *_, body in shop.asked for event in body["events"]]
    assert len(set(ids)) == 2_500


def test_large_events_go_out_in_batches_that_the_service_takes(ask: Ask, shop: Pretend) -> None:
    shop.then = stored
    assert ask("send_events", [{"visitor": "v", "note": "x" * 100_000}] * 20).accepted == 20
    assert all(int(headers["content-length"]) < 1_000_000 for headers in shop.headers)
    assert len(shop.asked) == 3


def test_rejected_events_are_named_by_their_place_in_the_whole(ask: Ask, shop: Pretend) -> None:
    error = {"index": 1, "code": "time_in_future", "message": "more than 5 minutes ahead", "field": "time"}

    def some_are_wrong(body: Any) -> tuple[int, Any]:
        count = len(body["events"]) - 3
        return 202, acknowledged(count, duplicates=1, conflicts=[2], rejected=[error], ignored=["colour"])

    shop.then = some_are_wrong
    sent = ask("send_events", [{"visitor": f"v{number}"} for number in range(1_500)])
    assert (sent.accepted, sent.duplicates, sent.events) == (1_494, 2, 1_500)
    assert [(one.index, one.event["visitor"], one.code, one.field) for one in sent.rejected] == [
        (1, "v1", "time_in_future", "time"),
        (1_001, "v1001", "time_in_future", "time"),
    ]
    assert (sent.conflicts, sent.ignored) == ([2, 1_002], ["colour"])


def test_scores_are_asked_for(ask: Ask, shop: Pretend) -> None:
    shop.then = lambda body: (202, acknowledged(1, scores=[{"visitor": "ann", "purchase_probability": 0.5}]))
    assert ask("send_events", {"visitor": "ann"}, score=True).scores[0]["purchase_probability"] == 0.5
    assert shop.asked[0][2] == {"score": "true"}


def test_another_answer_to_events_is_said(ask: Ask, shop: Pretend) -> None:
    with pytest.raises(errors.ServiceFault, match="something else") as caught:
        ask("send_events", {"visitor": "ann"})
    assert len(caught.value.unsent) == 1


@pytest.mark.parametrize("form", [list, iter])
def test_what_was_not_acknowledged_can_be_sent_again(
    ask: Ask, shop: Pretend, form: Callable[..., Any]
) -> None:
    shop.first += [stored, (503, BUSY)]
    shop.then = stored
    source = form([{"visitor": f"v{number}"} for number in range(2_500)])
    with pytest.raises(errors.ServiceUnavailable) as caught:
        ask("send_events", source, retries=0)
    failed = shop.asked[1][3]["events"]
    unsent = caught.value.unsent
    assert unsent[:1_000] == failed  # with the ids that they were sent with
    assert ask("send_events", unsent).accepted == len(unsent) == (1_500 if form is list else 1_000)
    assert shop.asked[2][3]["events"] == failed


@pytest.mark.parametrize("form", [list, iter])
def test_no_event_is_forgotten_between_two_batches(ask: Ask, shop: Pretend, form: Callable[..., Any]) -> None:
    """The one that had no room in a batch is among those that were not acknowledged."""
    shop.then = lambda body: (503, BUSY)
    source = form([{"visitor": f"v{number}", "note": "x" * 400_000} for number in range(4)])
    with pytest.raises(errors.ServiceUnavailable) as caught:
        ask("send_events", source, retries=0)
    taken = [event["visitor"] for event in caught.value.unsent]
    assert taken + [event["visitor"] for event in source if form is iter] == ["v0", "v1", "v2", "v3"]


def test_an_event_that_cannot_be_sent_takes_no_other_with_it(ask: Ask, shop: Pretend) -> None:
    shop.then = stored
    events = [
        {"visitor": f"v{number}", "price": float("nan") if number == 1_200 else 1} for number in range(1_500)
    ]
    with pytest.raises(errors.RequestRejected, match="cannot be sent") as caught:
        ask("send_events", events)
    assert [event["visitor"] for event in caught.value.unsent] == [
        f"v{number}" for number in range(1_000, 1_500)
    ]
    assert len(shop.asked) == 1


def test_a_batch_is_cut_and_put_together(ask: Ask, shop: Pretend) -> None:
    def score(body: Any) -> tuple[int, Any]:
        found = [{"propensity_to_buy": one["visits"] / 1e5} for one in body["customers"]]
        return 200, {"predictions": found, "total_customers": len(found), "processing_time_seconds": 0.5}

    shop.then = score
    found = ask("predict_batch", ({"visits": number} for number in range(12_000)))
    assert found["total_customers"] == 12_000 and found["processing_time_seconds"] == 1.5
    assert [one["propensity_to_buy"] for one in found["predictions"]] == [n / 1e5 for n in range(12_000)]
    assert [len(body["customers"]) for *_, body in shop.asked] == [5_000, 5_000, 2_000]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_cannot_say_is_not_sent(ask: Ask, shop: Pretend, value: object) -> None:
    with pytest.raises(errors.RequestRejected, match="cannot be sent"):
        ask("predict", {"visits": value})
    assert shop.asked == []


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_is_no_id_is_not_asked_for(ask: Ask, shop: Pretend, name: str) -> None:
    with pytest.raises(errors.RequestRejected, match=r"no visitor's id"):
        ask("erase", name)
    assert shop.asked == []


def test_nobody_there(ask: Ask) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(
        errors.ServiceUnavailable, match=r"no answer .*\(tried 3 times\). Is willbuy serve running\?"
    ):
        ask("health", url=f"http://127.0.0.1:{port}", retries=2)


def test_a_connection_that_breaks_is_made_again(ask: Ask) -> None:
    """Twice the server hangs up in the midst of its answer."""
    answer = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}'
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for cut in (0, 60, len(answer)):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer[:cut])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert ask("health", url=f"http://127.0.0.1:{listener.getsockname()[1]}") == {"ok": True}
        thread.join(5)


def test_an_address_that_is_none() -> None:
    with pytest.raises(errors.WillbuyError, match=r"'shop\.example' is no address of a service"):
        willbuy.Client("shop.example")


@pytest.mark.parametrize("name", ["client", "httpx"])
def test_importing_willbuy_imports_no_client(name: str) -> None:
    code = f"import willbuy, sys; sys.exit(any('{name}' in module for module in sys.modules if module.startswith(('willbuy', 'httpx'))))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_client_needs_nothing_of_the_training_side() -> None:
    code = "import willbuy.client, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(done.stdout.split()) & {"numpy", "pandas", "sklearn", "xgboost", "duckdb", "pydantic"}


def test_without_httpx_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['httpx'] = None\nimport willbuy\nwillbuy.Client"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "pip install 'willbuy[client]'" in done.stderr
