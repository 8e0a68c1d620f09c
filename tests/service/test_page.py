"""The page, in a real browser, against the real service."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from service.browser import Browser, browser
from service.conftest import NOW
from service.edge_server import Edge, edge
from willbuy.service.app import create_app
from willbuy.service.gate.keys import add_key
from willbuy.service.state import State


@pytest.fixture(scope="module")
def log_service(log_state: State) -> Iterator[Edge]:
    with edge(log_state.shop.home, app=create_app(log_state)) as server:
        yield server


@pytest.fixture(scope="module")
def table_service(table_state: State) -> Iterator[Edge]:
    with edge(table_state.shop.home, app=create_app(table_state)) as server:
        yield server


@pytest.fixture
def opened() -> Iterator[Browser]:
    with browser() as found:
        yield found
        assert found.errors == []


def shown(opened: Browser, selector: str) -> Any:
    return opened.page.locator(selector)  # type: ignore[attr-defined]


def test_it_asks_nobody_but_the_service(opened: Browser, log_service: Edge) -> None:
    opened.page.goto(log_service.url)  # type: ignore[attr-defined]
    shown(opened, "#card-bands table").wait_for()
    assert {httpx.URL(url).netloc for url in opened.fetched if not url.startswith("data:")} == {
        httpx.URL(log_service.url).netloc
    }


def test_it_shows_the_card_of_the_model(opened: Browser, log_service: Edge) -> None:
    card = httpx.get(f"{log_service.url}/model").json()
    opened.page.goto(log_service.url)  # type: ignore[attr-defined]
    shown(opened, "#card-bands table").wait_for()
    assert shown(opened, "h1").inner_text() == card["task"]["words"]
    assert f"{card['test']['roc_auc']['value']:.3f}" in shown(opened, "#card-figures").inner_text()
    assert shown(opened, "#card-rules tbody tr").count() == len(card["rules"])
    assert "degraded" in shown(opened, "#health").inner_text()
    assert "willbuy parity" in shown(opened, "#problems").inner_text()


@pytest.mark.parametrize("which", ["log_service", "table_service"])
def test_a_record_is_scored_as_by_the_route(
    opened: Browser, which: str, request: pytest.FixtureRequest
) -> None:
    service = request.getfixturevalue(which)
    sent: list[dict[str, Any]] = []
    opened.page.on(  # type: ignore[attr-defined]
        "request", lambda one: sent.append(one.post_data_json) if one.method == "POST" else None
    )
    opened.page.goto(service.url)  # type: ignore[attr-defined]
    shown(opened, "#record-form button").click()
    shown(opened, "#record-tiles .tile").first.wait_for()
    answer = httpx.post(f"{service.url}/predict?reasons=3", json=sent[0]).json()
    assert len(sent[0]["features"]) == len(httpx.get(f"{service.url}/model").json()["features"])
    said = shown(opened, "#record-tiles").inner_text()
    assert answer["band"] in said
    assert f"{100 * answer['purchase_probability']:.1f}"[:2] in said
    assert shown(opened, "#record-reasons li").count() == len(answer["reasons"])


def test_a_wrong_value_is_named_and_marked(opened: Browser, log_service: Edge) -> None:
    opened.page.goto(log_service.url)  # type: ignore[attr-defined]
    field = shown(opened, "[data-name=count_view_7d]")
    field.fill("<b>many</b>")
    shown(opened, "#record-form button").click()
    shown(opened, "#record-error:not([hidden])").wait_for()
    assert "count_view_7d" in shown(opened, "#record-error").inner_text()
    assert field.get_attribute("aria-invalid") == "true"
    opened.errors.clear()  # the browser reports the 422


def test_a_visitor_is_looked_up_over_time(opened: Browser, live: State) -> None:
    visitor = '<b id="hostile">ann</b>'
    now = [NOW]
    with edge(live.shop.home, app=create_app(replace(live, clock=lambda: now[0]))) as service:
        for day, kind in ((1, "view"), (1, "cart"), (2, "purchase")):
            now[0] = datetime(2015, 7, day, 9)  # an event counts from when it was received
            sent = {"entity": visitor, "time": f"{now[0]}Z", "kind": kind, "item": "31", "event_id": kind}
            assert httpx.post(f"{service.url}/events", json=sent).json()["accepted"] == 1
        now[0] = NOW
        path = f"{service.url}/visitors/{quote(visitor, safe='')}/score"
        answer = httpx.get(path, params={"reasons": 3}).json()
        opened.page.goto(service.url)  # type: ignore[attr-defined]
        shown(opened, "#visitor-id").fill(visitor)
        shown(opened, "#visitor-form button").click()
        shown(opened, "#visitor-answer:not([hidden])").wait_for()
        assert answer["band"] in shown(opened, "#visitor-tiles").inner_text()
        assert shown(opened, "#visitor-chart svg .point").count() >= 12
        assert shown(opened, "#visitor-chart svg .tick-purchase").count() == 1
        assert shown(opened, "#visitor-table tbody tr").count() == shown(opened, ".point").count()
        assert shown(opened, "#hostile").count() == 0
        shown(opened, "#visitor-id").fill("nobody")
        shown(opened, "#visitor-form button").click()
        shown(opened, "#visitor-error:not([hidden])").wait_for()
        assert not shown(opened, "#visitor-answer").is_visible()
    opened.errors.clear()  # the browser reports the 404


def test_a_table_has_no_visitors(opened: Browser, table_service: Edge) -> None:
    opened.page.goto(table_service.url)  # type: ignore[attr-defined]
    shown(opened, "#card-bands table").wait_for()
    assert not shown(opened, "#visitor").is_visible()


def test_with_keys_it_asks_for_one(opened: Browser, table_state: State, tmp_path: Path) -> None:
    token = add_key(tmp_path, "page", ["read", "predict"], datetime(2015, 7, 2), "test")
    with edge(tmp_path, app=create_app(table_state)) as service:
        opened.page.goto(service.url)  # type: ignore[attr-defined]
        shown(opened, "#key").fill(token)
        assert not shown(opened, "#card").is_visible()
        shown(opened, "#key-form button").click()
        shown(opened, "#card-bands table").wait_for()
        assert not shown(opened, "#key-form").is_visible()
    opened.errors.clear()  # the browser reports the first 401
