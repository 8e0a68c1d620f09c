"""The gate, asked over real sockets: who may come in, with what, and what nobody is told."""

import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from service.edge_server import Edge, edge, until_closed
from waiting import PATIENCE
from willbuy.service.gate.keys import add_key, revoke_key
from willbuy.service.wire.limits import Limits

NOW = datetime(2026, 3, 1)
JSON = {"content-type": "application/json"}
CLIENT = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
SCOPES = ("ingest", "predict", "read", "admin")
ROUTES = {
    ("POST", "/predict"): "predict",
    ("POST", "/predict/batch"): "predict",
    ("POST", "/events"): "ingest",
    ("GET", "/visitors/7"): "read",
    ("DELETE", "/visitors/7"): "admin",
    ("GET", "/model?seconds=0"): "read",
    ("GET", "/metrics?bytes=10"): "read",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a key for each scope."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def tokens(home: Path) -> dict[str, str]:
    """A key of each scope alone, and one that was revoked."""
    made = {scope: add_key(home, scope, [scope], NOW, "tester") for scope in SCOPES}
    made["revoked"] = add_key(home, "revoked", SCOPES, NOW, "tester")
    revoke_key(home, "revoked", NOW, "tester")
    return made


@pytest.fixture(scope="module")
def served(home: Path, tokens: dict[str, str]) -> Iterator[Edge]:
    """A running gate."""
    with edge(home) as running:
        yield running


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A running gate without keys."""
    with edge(tmp_path_factory.mktemp("open")) as running:
        yield running


def ask(server: Edge, method: str, path: str, token: str | None = None, **more: object) -> httpx.Response:
    """One request on a connection of its own."""
    headers = {**JSON, **dict(more.pop("headers", {}))}  # type: ignore[call-overload]
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    content = more.pop("content", "{}" if method == "POST" else None)
    return CLIENT.request(method, server.url + path, headers=headers, content=content, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_asks_for_its_scope(served: Edge, tokens: dict[str, str], method: str, path: str) -> None:
    """S1: no key, a wrong one, a revoked one 401; each scope but the right one 403."""
    for token in (None, "wb_read_wrong", "x", tokens["revoked"]):
        answer = ask(served, method, path, token)
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    for scope in SCOPES:
        expected = 200 if scope == ROUTES[method, path] else 403
        assert ask(served, method, path, tokens[scope]).status_code == expected


def test_some_doors_are_open(served: Edge) -> None:
    """S1: /livez asks for no key; a path that nobody knows does."""
    assert ask(served, "GET", "/livez").status_code == 200
    assert ask(served, "GET", "/nowhere").status_code == 401
    assert ask(served, "OPTIONS", "/predict").status_code == 401


def test_a_key_may_come_in_its_own_header(served: Edge, tokens: dict[str, str]) -> None:
    answer = ask(served, "POST", "/predict", headers={"x-api-key": tokens["predict"]})
    assert answer.json() == {"bytes": 2, "key": "predict"}


def test_without_keys_only_this_machine_may_ask(opened: Edge) -> None:
    """S9: open at loopback, and not to a page of the web that found a name for loopback."""
    assert ask(opened, "POST", "/predict").status_code == 200
    for host in ("localhost:80", "127.0.0.1", "[::1]:8000", "shop.localhost"):
        assert ask(opened, "POST", "/predict", headers={"host": host}).status_code == 200
    for host in ("evil.example", "127.0.0.1.evil.example:8000", "10.0.0.1", ""):
        answer = ask(opened, "POST", "/predict", headers={"host": host})
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "host"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null"])
def test_no_page_of_another_origin_may_ask(opened: Edge, origin: str) -> None:
    """S9: CORS is off: no preflight and no answer carries a header that allows anything."""
    preflight = {"origin": origin, "access-control-request-method": "POST"}
    for answer in (
        ask(opened, "OPTIONS", "/predict", headers=preflight),
        ask(opened, "GET", "/livez", headers={"origin": origin}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_answer_carries_the_safe_headers(served: Edge, tokens: dict[str, str]) -> None:
    """S9: on answers, on refusals and on faults alike; nothing names the server."""
    asked = [
        ask(served, "GET", "/livez"),
        ask(served, "POST", "/predict"),
        ask(served, "POST", "/predict/fault", tokens["predict"]),
        ask(served, "GET", "/nowhere", tokens["read"]),
        ask(served, "POST", "/predict", tokens["predict"], headers={"content-type": "text/plain"}),
    ]
    assert [one.status_code for one in asked] == [200, 401, 500, 404, 415]
    for one in asked:
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["x-frame-options"] == "DENY"
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in one.headers["content-security-policy"]
        assert "server" not in one.headers


KINDS = [
    ({"content-type": "text/plain"}, 415),
    ({"content-type": ""}, 415),
    ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ({"content-type": "multipart/form-data; boundary=x"}, 415),
    ({"content-type": "application/json; charset=utf-16"}, 415),
    ({"content-type": "application/json; charset=latin-1"}, 415),
    ({"content-type": "application/json5"}, 415),
    ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
    ({"content-type": "application/json", "content-encoding": "gzip, identity"}, 415),
    ({"content-type": "application/json; charset=utf-8"}, 200),
    ({"content-type": "Application/JSON;charset=UTF-8"}, 200),
    ({"content-type": "application/json", "content-encoding": "identity"}, 200),
]


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/events"])
def test_only_json_comes_in(opened: Edge, path: str) -> None:
    """A5: 415 for whatever is not JSON in UTF-8, uncompressed."""
    for headers, status in KINDS:
        assert ask(opened, "POST", path, headers=headers).status_code == status, headers


def test_what_is_refused_by_its_head_is_not_read(opened: Edge) -> None:
    """A5, S1: the answer comes while not one byte of the body has been sent, and no `100 Continue` asks for it."""
    head = b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000\r\nexpect: 100-continue\r\n"
    for kind, status in ((b"text/plain", b"415"), (b"application/json; charset=utf-16", b"415")):
        with opened.connect() as client:
            client.sendall(head + b"content-type: " + kind + b"\r\n\r\n")
            said = client.recv(65_536)
            assert said.startswith(b"HTTP/1.1 " + status)


def chunks(size: int, start: bytes = b"{") -> Iterator[bytes]:
    yield start
    for _ in range(size // 65_536):
        yield b" " * 65_536


MEGA = 1 << 20
SIZES = [
    ("/predict", MEGA - 2, b"{", 200),
    ("/predict", MEGA + 2, b"{", 413),
    ("/predict", 3 * MEGA, b"[", 413),
    ("/predict/batch", 9 * MEGA, b"{", 200),
    ("/predict/batch", 10 * MEGA + 2, b"{", 413),
    ("/events", MEGA + 2, b'{"event": "view"', 413),
    ("/events", 9 * MEGA, b"  [", 200),
    ("/events", 9 * MEGA, b'{ "events" : [', 200),
    ("/events", 10 * MEGA + 2, b"[", 413),
]


@pytest.mark.parametrize(("path", "size", "start", "status"), SIZES)
def test_bodies_have_a_limit(opened: Edge, path: str, size: int, start: bytes, status: int) -> None:
    """A1: with a Content-Length and in chunks."""
    whole = ask(opened, "POST", path, content=start + b" " * (size - len(start)))
    assert whole.status_code == status
    in_chunks = ask(
        opened, "POST", path, content=chunks(size + 65_536 if status == 413 else size - 65_536, start)
    )
    assert in_chunks.status_code == status
    for answer in (whole, in_chunks):
        if status == 413:
            assert answer.json()["error"]["code"] == "too_large"


def test_a_body_without_end_is_cut_off(opened: Edge) -> None:
    """A1: 413 once the limit is passed, while the client is still sending; then the connection ends."""
    with opened.connect() as client:
        client.sendall(
            b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        for _ in range(18):
            client.sendall(piece)
        said, _ = until_closed(client, PATIENCE)
    assert said.startswith(b"HTTP/1.1 413") and b"connection: close" in said


def test_large_bodies_are_bounded_together(tmp_path: Path) -> None:
    """A1: what is held of all large bodies at once has a limit of its own."""
    limits = Limits(held_bytes=3 << 20, tick_seconds=0.1)
    head = (
        b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: 1048576\r\n\r\n"
    )
    with edge(tmp_path, limits) as server:
        clients = [server.connect() for _ in range(4)]
        for client in clients[:3]:
            client.sendall(head)
        for client in clients[:3]:
            client.sendall(b" ")
        assert ask(server, "GET", "/livez").status_code == 200  # by now the first three are at work
        clients[3].sendall(head)
        said = clients[3].recv(65_536)
        assert said.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in said
        for client in clients[:3]:
            client.close()
        for _ in itertools.repeat(None, 50):
            if ask(server, "POST", "/predict", content=b" " * (1 << 20)).status_code == 200:
                break
        else:
            pytest.fail("what the closed connections held was not given back")
        clients[3].close()


def test_a_fault_says_nothing_but_a_number(opened: Edge, caplog: pytest.LogCaptureFixture) -> None:
    """S3: 500 without the error, a path or a line of code; the log has the number and the place, not the error's words."""
    answer = ask(opened, "POST", "/predict/fault")
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "request"} and error["code"] == "internal"
    assert not any(word in answer.text for word in ("secret", "ValueError", "Traceback", ".py", "/"))
    logged = caplog.text
    assert error["request"] in logged and "edge_server.py" in logged and "/predict/fault" not in logged


def test_the_limit_of_a_key_holds_and_another_does_not_notice(tmp_path: Path) -> None:
    """A8: 429 with Retry-After once a key has had its share."""
    ann, bob = (add_key(tmp_path, name, ["predict"], NOW, "tester") for name in ("ann", "bob"))
    with edge(tmp_path, per_minute=60) as server:
        answers = [ask(server, "POST", "/predict", ann) for _ in range(5)]
        assert [one.status_code for one in answers][:1] == [200]
        refused = [one for one in answers if one.status_code == 429]
        assert refused and all(1 <= int(one.headers["retry-after"]) <= 2 for one in refused)
        assert ask(server, "POST", "/predict", bob).status_code == 200
        assert ask(server, "GET", "/livez", ann).status_code == 200


def test_answers_are_counted_by_route_and_status(tmp_path: Path) -> None:
    """Labels are routes, never ids: a thousand visitors are one line."""
    with edge(tmp_path) as server:
        for number in range(20):
            ask(server, "GET", f"/visitors/{number}")
            ask(server, "GET", f"/made/up/{number}")
        ask(server, "POST", "/predict", headers={"content-type": "text/plain"})
        page = server.metrics.render().decode()
    assert 'willbuy_http_requests_total{method="GET",route="/visitors/{id}",status="200"} 20.0' in page
    assert 'willbuy_http_requests_total{method="GET",route="other",status="404"} 20.0' in page
    assert 'willbuy_http_requests_total{method="POST",route="/predict",status="415"} 1.0' in page
    assert page.count("willbuy_http_requests_total{") == 3
    assert 'willbuy_http_seconds_count{route="/visitors/{id}"} 20.0' in page
