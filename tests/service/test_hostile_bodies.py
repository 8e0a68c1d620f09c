"""A3, A4, S3 on every route that takes a body: 4xx, at most 2 KB, nothing of what was sent, and the service goes on."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.conftest import client_of
from service.wire.test_decoding import BAD
from willbuy.service.state import State

SECRET = "kx81-secret"
INSIDE = re.compile(
    rb"Traceback|File \"|\.py|SELECT|sqlite|/tmp|0x[0-9a-f]{6}|msgspec|pydantic|numpy", re.IGNORECASE
)
VALUES: dict[str, Any] = {
    "a flag for a number": True,
    "a text for a number": SECRET,
    "digits in a text": "7",
    "a list": [SECRET],
    "an object": {SECRET: SECRET},
    "too large": 10**40,
    "much too large": 10**500,
}
SHAPES = {
    "null": "null",
    "a list": "[]",
    "a text": f'"{SECRET}"',
    "a number": "7",
    "nothing": "{}",
    "true": "true",
    "lists": "[[]]",
}
PATHS = ("/predict", "/predict/batch", "/events")


@pytest.fixture(scope="module")
def client(demo: State) -> Iterator[TestClient]:
    """One client for all, its service never started anew."""
    with client_of(demo) as found:
        yield found


@pytest.fixture(scope="module")
def record(demo: State) -> dict[str, Any]:
    """A record that the demo's model scores."""
    return dict.fromkeys(demo.holder.current.names, 1)  # type: ignore[union-attr]


def refused(client: TestClient, path: str, body: bytes | str) -> bytes:
    """What was answered, which must be an error as errors have to be."""
    found = client.post(path, content=body, headers={"content-type": "application/json"})
    assert 400 <= found.status_code < 500, f"{found.status_code} {found.text[:500]}"
    assert len(found.content) <= 2048
    assert set(found.json()) == {"error"}
    assert SECRET.encode() not in found.content
    assert not INSIDE.search(found.content), found.text
    return found.content


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [*BAD.values(), *SHAPES.values()], ids=[*BAD, *SHAPES])
def test_a_bad_body(client: TestClient, path: str, body: bytes | str) -> None:
    refused(client, path, body)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_bad_value(client: TestClient, record: dict[str, Any], value: Any) -> None:
    name = next(iter(record))
    body = json.dumps({**record, name: value})
    assert name.encode() in refused(client, "/predict", body)
    one_of_many = client.post("/predict/batch", content=f'{{"customers": [{json.dumps(record)}, {body}]}}')
    assert ["error" in one for one in one_of_many.json()["predictions"]] == [False, True]
    assert SECRET not in one_of_many.text


@pytest.mark.parametrize(
    "path",
    ["/predict?reasons=kx81-secret", "/predict?kx81-secret=1", "/predict?reasons=%ff", "/events?score=1"],
)
def test_a_bad_query(client: TestClient, path: str) -> None:
    """A parameter's name is told, cut; its value is not."""
    found = client.post(path, content="{}")
    assert found.status_code == 422
    assert "kx81-secret=" not in found.text
    assert "kx81-secret" not in found.text or "kx81-secret=1" in path


def test_a_name_of_a_megabyte(client: TestClient, record: dict[str, Any]) -> None:
    refused(client, "/predict", json.dumps({**record, "x" * 1_000_000: 1}))


def test_after_all_that_it_answers(client: TestClient, record: dict[str, Any]) -> None:
    assert client.post("/predict", json=record).status_code == 200
    assert client.get("/readyz").status_code == 200
