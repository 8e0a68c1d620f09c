"""Slow clients, floods and broken requests, over real sockets, with limits short enough to wait for."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.edge_server import SHORT, Edge, edge, until_closed
from waiting import PATIENCE, until

HEAD = b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
WHOLE = HEAD + b"content-length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A running gate with short limits."""
    with edge(tmp_path_factory.mktemp("home")) as running:
        yield running


def trickle_headers(client: socket.socket, step: int) -> None:
    """One more byte of headers that never end."""
    client.sendall(b"GET /livez HTTP/1.1\r\nx: "[step : step + 1] or b"x")


def trickle_body(client: socket.socket, step: int) -> None:
    """One more byte of a body that never ends."""
    client.sendall(HEAD + b"content-length: 100000\r\n\r\n" if step == 0 else b" ")


def trickle_chunks(client: socket.socket, step: int) -> None:
    """One more chunk of a body that never ends."""
    client.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n" if step == 0 else b"1\r\n \r\n")


def trickle_after_answer(client: socket.socket, step: int) -> None:
    """A body that is refused by its head, and goes on."""
    refused = HEAD.replace(b"application/json", b"text/plain") + b"content-length: 9000\r\n\r\n"
    client.sendall(refused if step == 0 else b" ")


def never_read(client: socket.socket, step: int) -> None:
    """Ask for a megabyte, and read nothing of it."""
    if step == 0:
        client.sendall(b"GET /metrics?bytes=1000000 HTTP/1.1\r\nhost: localhost\r\n\r\n")


def never_read_many(client: socket.socket, step: int) -> None:
    """Ask on and on, and read nothing."""
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        client.send(b"GET /metrics?bytes=50000 HTTP/1.1\r\nhost: localhost\r\n\r\n" * 5)


def silent(client: socket.socket, step: int) -> None:
    """Connect, and say nothing."""


def idle(client: socket.socket, step: int) -> None:
    """One request, and nothing more."""
    if step == 0:
        client.sendall(WHOLE)


SLOW = [
    trickle_headers,
    trickle_body,
    trickle_chunks,
    trickle_after_answer,
    never_read,
    never_read_many,
    silent,
    idle,
]


def swarm(
    server: Edge, act: Callable[[socket.socket, int], None], number: int, seconds: float
) -> list[float]:
    """So many slow clients at once; while they act, a normal one asks. Returns the normal one's times.

    Raises AssertionError if any slow connection is open after the given seconds.
    """
    clients = [server.connect(buffer=4096) for _ in range(number)]
    open_now = set(clients)
    started, step, times = time.monotonic(), 0, []
    with httpx.Client(timeout=30) as normal:
        while open_now and time.monotonic() - started < seconds:
            for client in list(open_now):
                try:
                    act(client, step)
                except OSError:
                    open_now.discard(client)
            before = time.perf_counter()
            assert normal.get(server.url + "/livez").status_code == 200
            times.append(time.perf_counter() - before)
            time.sleep(0.1)
            step += 1
            if server.watch.open <= 1:
                break
    assert server.watch.open <= 1, f"{server.watch.open} connections are open after {seconds} s"
    for client in clients:
        client.close()
    return times


@pytest.mark.parametrize("act", SLOW)
def test_slow_clients_are_closed(served: Edge, act: Callable[[socket.socket, int], None]) -> None:
    """A6: each kind of slow client loses its connection, and a normal one is answered all the while."""
    times = swarm(served, act, 40, PATIENCE)
    assert times, "the normal client was asked at least once"


def test_a_slow_request_is_told_so(served: Edge) -> None:
    """A6: 408 where nothing of an answer was sent."""
    for start in (b"GET /livez HT", HEAD + b"content-length: 100\r\n\r\n{"):
        with served.connect() as client:
            client.sendall(start)
            said, _ = until_closed(client, PATIENCE)
        assert said.startswith(b"HTTP/1.1 408") and b'"code":"slow"' in said


def test_a_slow_handler_is_no_slow_client(served: Edge) -> None:
    """What takes us longer than a limit is not held against the client."""
    with served.connect() as client:
        client.sendall(b"GET /model?seconds=3 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        said, took = until_closed(client, PATIENCE)
    assert said.startswith(b"HTTP/1.1 200") and said.endswith(b"done")
    assert took >= 2.9


def test_a_slow_reader_that_reads_gets_all(served: Edge) -> None:
    """A large answer read at a moderate speed comes whole."""
    with served.connect() as client:
        client.sendall(b"GET /metrics?bytes=3000000 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        got = 0
        while piece := client.recv(200_000):
            got += len(piece)
            time.sleep(0.02)
    assert got > 3_000_000


def test_requests_may_follow_each_other_on_a_connection(served: Edge) -> None:
    """Kept alive, and pipelined: every answer comes, in order."""
    with served.connect() as client:
        client.sendall(WHOLE * 5 + WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        said, _ = until_closed(client, PATIENCE)
    assert said.count(b"HTTP/1.1 200") == 6


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 20_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 300_000, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nx\x00y: 1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"CONNECT evil.example:443 HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /\xff HTTP/1.1\r\n\r\n", b"400"),
        (b"GET http:/// HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused_and_closed(served: Edge, sent: bytes, status: bytes) -> None:
    """Oversized and broken heads: one small JSON answer with the safe headers, then the connection ends."""
    with served.connect() as client:
        client.sendall(sent)
        said, _ = until_closed(client, PATIENCE)
    assert said.startswith(b"HTTP/1.1 " + status)
    assert b'{"error":{' in said and b"x-content-type-options: nosniff" in said and len(said) < 2000


@pytest.mark.parametrize("around", [b"1;" + b"x" * 60_000 + b"\r\n \r\n", b"0\r\n" + b"a: b\r\n" * 20_000])
def test_what_stands_around_a_body_has_a_limit_too(served: Edge, around: bytes) -> None:
    """A1: chunk extensions and trailers are no body, and would be kept or read without end."""
    with served.connect() as client:
        client.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            client.sendall(around if around.startswith(b"0") else around * 20)
            for _ in range(100):
                client.sendall(b"a: b\r\n" * 1000 if around.startswith(b"0") else around)
        said, _ = until_closed(client, PATIENCE)
    assert not said or said.startswith((b"HTTP/1.1 431", b"HTTP/1.1 200"))


def test_a_client_gets_ahead_of_its_answers_only_so_far(served: Edge) -> None:
    """A1: ten thousand requests in one packet would be ten thousand objects; the first few are answered, then it ends."""
    with served.connect() as client:
        with contextlib.suppress(OSError):
            client.sendall(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n" * 10_000)
        said, _ = until_closed(client, PATIENCE)
    assert 1 <= said.count(b"HTTP/1.1 200") <= 40
    assert said.rstrip().endswith(b"ok")


def test_an_answer_leaves_in_one_piece(served: Edge) -> None:
    """Head and body together, also where there is no body; a streamed answer comes whole."""
    with served.connect() as client:
        for asked, end in (
            (WHOLE, b'"key":null}'),
            (b"HEAD /livez HTTP/1.1\r\nhost: localhost\r\n\r\n", b"\r\n\r\n"),
            (b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n", b"\r\n\r\nok"),
        ):
            client.sendall(asked)
            said = client.recv(65_536)
            assert said.startswith(b"HTTP/1.1 200") and said.endswith(end)
    assert httpx.get(served.url + "/visitors/stream").text == "012"


def test_a_body_is_asked_for_where_the_client_waits(served: Edge) -> None:
    """Expect: 100-continue, as curl sends it before a large body."""
    with served.connect() as client:
        client.sendall(HEAD + b"content-length: 2\r\nexpect: 100-continue\r\n\r\n")
        assert client.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")


def test_an_upgrade_is_answered_as_a_plain_request(served: Edge) -> None:
    asked = (
        b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-key: x\r\nsec-websocket-version: 13\r\n\r\n"
    )
    with served.connect() as client:
        client.sendall(asked)
        said, _ = until_closed(client, PATIENCE)
    assert said.startswith(b"HTTP/1.1 200") and b"connection: close" in said


def test_a_bad_request_behind_a_good_one_does_not_take_its_answer(served: Edge) -> None:
    """Answers keep their order: the good request's comes first, and nothing is sent in its place."""
    with served.connect() as client:
        client.sendall(b"GET /model?seconds=0.3 HTTP/1.1\r\nhost: localhost\r\n\r\n" + b"nonsense\r\n\r\n")
        said, _ = until_closed(client, PATIENCE)
    assert said.startswith(b"HTTP/1.1 200") and b"HTTP/1.1 400" not in said


def test_connections_have_a_limit(tmp_path: Path) -> None:
    """A7: one more is told to come back, and is welcome as soon as another has gone."""
    with edge(tmp_path, SHORT._replace(connections=20, header_seconds=600.0, idle_seconds=600.0)) as server:
        held = [server.connect() for _ in range(20)]
        for _ in range(30):
            with server.connect() as client:
                said, _ = until_closed(client, PATIENCE)
                assert said.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in said
        held.pop().close()
        held[0].sendall(WHOLE)
        assert held[0].recv(65_536).startswith(b"HTTP/1.1 200"), "who was in is still served"
        until(lambda: server.watch.open < 20)
        with server.connect() as client:
            client.sendall(WHOLE)
            assert client.recv(65_536).startswith(b"HTTP/1.1 200")
        for client in held:
            client.close()
        assert server.watch.closed["full"] == 30


def test_more_work_than_can_be_done_is_put_off(tmp_path: Path) -> None:
    """A7: above a number of waiting requests the answer is 503 with Retry-After; those that were let in are answered."""
    with edge(tmp_path, SHORT._replace(waiting=8, header_seconds=600.0, idle_seconds=600.0)) as server:
        with server.connect() as client:
            burst = WHOLE * 3
            client.sendall(burst)
            assert client.recv(65_536).startswith(b"HTTP/1.1 200"), "a pipelined few are no overload"
        clients = [server.connect() for _ in range(40)]
        server.block(0.5)  # while the loop stands still, forty requests come in
        for client in clients:
            client.sendall(WHOLE)
        said = [client.recv(65_536) for client in clients]
        for client in clients:
            client.close()
        assert sorted({one[9:12] for one in said}) == [b"200", b"503"]
        assert all(b"retry-after: 1" in one for one in said if one[9:12] == b"503")
        assert server.watch.queued == 0
        assert httpx.get(server.url + "/livez").status_code == 200, "and right after it is well"
