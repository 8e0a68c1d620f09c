"""/docs and /openapi.json: the real fields of the model in service, on a page that asks nobody for anything."""

import re
from dataclasses import replace
from types import SimpleNamespace

from starlette.testclient import TestClient

from service.conftest import TABLE_RECORD, client_of
from willbuy.service.docs_page import page
from willbuy.service.state import State
from willbuy.shop.serve import Serve


def test_the_fields_of_the_model_stand_there(
    table_client: TestClient, log_client: TestClient, log_state: State
) -> None:
    record = table_client.get("/openapi.json").json()["components"]["schemas"]["Record"]
    assert set(record["properties"]) == set(TABLE_RECORD)
    assert record["required"] == ["visits", "seconds", "device", "member"]
    found = log_client.get("/openapi.json").json()["components"]["schemas"]["Record"]["properties"]
    assert set(found) == {"visitorid", *log_state.holder.current.names}  # type: ignore[union-attr]
    views = found["count_view_7d"]
    assert (
        views["description"]
        == "Number of views in the last 7 days. Unit: events. Also taken as num_views_7d."
    )
    assert views["examples"]
    assert {"type": "null"} not in views.get("anyOf", [])
    assert {"type": "null"} in found["days_since_last_purchase"]["anyOf"]


def test_the_page_loads_nothing(log_client: TestClient) -> None:
    text = log_client.get("/docs").text
    assert not re.search(r"<script|<link|<img|@import|url\(|https?://|src=", text)
    assert "Number of views in the last 7 days" in text


def test_texts_are_escaped() -> None:
    spec = {
        "info": {"title": "<b>", "version": "&"},
        "paths": {"/<i>": {"get": {"tags": ["model"], "responses": {"200": {"description": "<u>"}}}}},
    }
    assert not re.search("<b>|<i>|<u>", page(spec))


def test_the_schema_follows_the_model(table_state: State, log_state: State) -> None:
    holder = SimpleNamespace(current=table_state.holder.current, shadow=None, error=None)
    client = client_of(replace(table_state, holder=holder))  # type: ignore[arg-type]
    before = client.get("/openapi.json").json()["components"]["schemas"]["Record"]
    holder.current = log_state.holder.current
    after = client.get("/openapi.json").json()["components"]["schemas"]["Record"]
    assert "visits" in before["properties"]
    assert "count_view_7d" in after["properties"]


def test_the_shop_file_can_take_them_away(table_state: State) -> None:
    for serve, status in (
        (Serve(docs=False), 404),
        (Serve(host="0.0.0.0"), 404),
        (Serve(host="0.0.0.0", docs=True), 200),
    ):
        client = client_of(replace(table_state, shop=table_state.shop.model_copy(update={"serve": serve})))
        assert [client.get(path).status_code for path in ("/docs", "/openapi.json")] == [status, status]
