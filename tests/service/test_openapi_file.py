"""S10, S1: the routes of the code are those of docs/openapi.json, and each says which key it needs."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from scripts.openapi_file import FILE, spec_of, text_of
from willbuy.service.app import create_app
from willbuy.service.gate.doors import door_of
from willbuy.service.state import State


@pytest.fixture(scope="module")
def committed() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


def routes_of(routes: Iterable[Any]) -> Iterator[Any]:
    """All routes, those of routers that were included as well."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from routes_of(inner.routes) if inner is not None else (route,)


def test_the_file_is_current(demo: State) -> None:
    assert text_of(spec_of(demo)) == FILE.read_text(encoding="utf-8"), (
        "docs/openapi.json is not current; run: make docs"
    )


def test_the_routes_of_the_code_are_those_of_the_file(demo: State, committed: Any) -> None:
    """S10: whoever adds a route says so in the file."""
    in_code = {
        (route.path, method.lower())
        for route in routes_of(create_app(demo).routes)
        for method in route.methods or ()
        if method != "HEAD"
    }
    in_file = {(path, method) for path, operations in committed["paths"].items() for method in operations}
    assert in_code == in_file


def test_a_key_is_said_to_be_needed_where_the_gate_asks_for_one(committed: Any) -> None:
    for path, operations in committed["paths"].items():
        for method, operation in operations.items():
            door = door_of(method.upper(), path.replace("{id}", "1"))
            assert bool(operation.get("security")) == (door.scope is not None), f"{method} {path}"
            assert ("requestBody" in operation) == (door.body != "none"), f"{method} {path}"
