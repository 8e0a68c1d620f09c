"""The abuse rows of the register in full, against a process of its own: many slow clients, floods, overload, large bodies."""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvloop

from service.edge_process import ENVIRONMENT, Served, served
from willbuy.service.gate.keys import add_key

NOW = datetime(2026, 3, 1)
HEAD = b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
WHOLE = HEAD + b"content-length: 2\r\n\r\n{}"
LIVE = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"


def connect(port: int) -> socket.socket:
    """A connection with a small window."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    return client


def times_of(port: int, seconds: float, asked: bytes = LIVE, gap: float = 0.01) -> list[float]:
    """A normal client on one connection that it makes anew when it loses it; how long each answer took."""
    took, until = [], time.monotonic() + seconds
    client = connect(port)
    while time.monotonic() < until:
        before = time.perf_counter()
        client.sendall(asked)
        said = client.recv(65_536)
        assert said.startswith(b"HTTP/1.1 200"), said[:200]
        took.append(time.perf_counter() - before)
        time.sleep(gap)
    client.close()
    return took


def times_apart(port: int, seconds: float) -> list[float]:
    """The same from a process of its own, which shares its interpreter with no attacker."""
    code = "import sys, json; from service.test_attacks import times_of; print(json.dumps(times_of(int(sys.argv[1]), float(sys.argv[2]))))"
    command = [sys.executable, "-c", code, str(port), str(seconds)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[float] = json.loads(done.stdout)
    return found


def p99(times: list[float]) -> float:
    """The time that 99 of 100 stay below."""
    return sorted(times)[int(len(times) * 0.99)]


def headers(client: socket.socket, step: int) -> None:
    """A byte of headers a step."""
    client.sendall(b"GET /livez HTTP/1.1\r\nx: "[step : step + 1] or b"x")


def body(client: socket.socket, step: int) -> None:
    """A byte of a body a step."""
    client.sendall(HEAD + b"content-length: 100000\r\n\r\n" if step == 0 else b" ")


def reader(client: socket.socket, step: int) -> None:
    """Ask for half a megabyte, and read nothing of it."""
    if step == 0:
        client.sendall(b"GET /metrics?bytes=500000 HTTP/1.1\r\nhost: localhost\r\n\r\n")


@contextlib.contextmanager
def attacked(port: int, act: Callable[[socket.socket, int], None], number: int) -> Iterator[list[float]]:
    """So many slow clients, from a thread of their own; the list gets the second at which each lost its connection."""
    lost: list[float] = []
    stop = threading.Event()

    def attack() -> None:
        alive = {}
        for _ in range(number):
            client = connect(port)
            alive[client] = time.monotonic()
            act(client, 0)
            time.sleep(0.01)  # they are many and slow; what a flood does is another test
        step = 1
        while alive and not stop.wait(0.25):
            for client, since in list(alive.items()):
                try:
                    act(client, step)
                    client.setblocking(False)
                    gone = act is not reader and client.recv(4096) == b""
                except BlockingIOError:
                    gone = False
                except OSError:
                    gone = True
                else:
                    client.setblocking(True)
                if gone:
                    lost.append(time.monotonic() - since)
                    del alive[client]
            step += 1

    thread = threading.Thread(target=attack)
    thread.start()
    try:
        yield lost
    finally:
        stop.set()
        thread.join()


@pytest.mark.gate
@pytest.mark.parametrize("act", [headers, body, reader])
def test_two_hundred_slow_clients(tmp_path: Path, act: Callable[[socket.socket, int], None]) -> None:
    """A6: 200 of 200 closed within 15 s, a normal client's p99 at most twice its own without them (and 2 ms)."""
    with served(tmp_path) as server:
        before = times_apart(server.port, 15.5)
        sockets = server.sockets
        with attacked(server.port, act, 200) as lost:
            during = times_apart(server.port, 15.5)
            time.sleep(0.5)
            assert server.sockets <= sockets, "all slow clients are closed"
        if act is not reader:
            assert len(lost) == 200 and max(lost) <= 15.0
    assert p99(during) <= 2 * p99(before) + 0.002, (p99(during), p99(before))


@pytest.mark.gate
def test_a_flood_of_a_thousand_connections(tmp_path: Path) -> None:
    """A7: above the limit 503 with Retry-After, memory flat, well again within 5 s."""
    with served(tmp_path) as server:
        times_of(server.port, 1.0)
        before = server.megabytes
        flood = [connect(server.port) for _ in range(1000)]
        refused = 0
        for client in flood[500:]:
            with contextlib.suppress(OSError):
                said = client.recv(4096)
                refused += said.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in said
        assert refused == 500
        assert server.megabytes - before <= 64
        for client in flood:
            client.close()
        time.sleep(1.5)
        assert times_of(server.port, 1.0)
    assert server.closed["full"] == 500


RAMP = 1.5  # seconds in which clients arrive, that nothing is measured in


class Asking(asyncio.Protocol):
    """A client that asks as soon as it is answered, and does as it is told when it is told to wait."""

    def __init__(self, since: float, until: float, took: list[float], refused: list[bytes]) -> None:
        self.since, self.until, self.took, self.refused = since, until, took, refused
        self.said, self.asked = b"", 0.0

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        """One request."""
        self.said, self.asked = b"", time.monotonic()
        self.transport.write(WHOLE)

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of it."""
        self.said += data
        head, _, rest = self.said.lower().partition(b"\r\n\r\n")
        if not rest or len(rest) < int(head.split(b"content-length: ")[1].split(b"\r\n")[0]):
            return
        now = time.monotonic()
        if now > self.until:
            self.transport.close()
        elif head.startswith(b"http/1.1 503"):
            self.refused.append(head)
            asyncio.get_running_loop().call_later(1.0, self.ask)
        else:
            if self.asked > self.since:
                self.took.append(now - self.asked)
            self.ask()


def pressed(port: int, clients: int, seconds: float) -> tuple[list[float], list[bytes]]:
    """So many clients at once: times of what was accepted, after they have all arrived, and the heads of what was not."""
    took: list[float] = []
    refused: list[bytes] = []

    async def press() -> None:
        started = time.monotonic()
        for _ in range(clients):
            asking = Asking(started + RAMP, started + seconds, took, refused)
            await asyncio.get_running_loop().create_connection(lambda one=asking: one, "127.0.0.1", port)
        await asyncio.sleep(seconds + 1.2)

    uvloop.run(press())
    return took, refused


@pytest.mark.gate
def test_five_times_what_can_be_done(tmp_path: Path) -> None:
    """A7: those who are let in keep a p99 of at most three times what it is at capacity; well again within 5 s."""
    with served(tmp_path) as server:
        at_capacity, _ = pressed(server.port, 64, 6.0)
        before = server.megabytes
        accepted, refused = pressed(server.port, 320, 8.0)
        assert all(b"retry-after: 1" in head for head in refused)
        assert p99(accepted) <= 3 * p99(at_capacity), (p99(accepted), p99(at_capacity), len(refused))
        assert server.megabytes - before <= 64
        time.sleep(1)
        assert p99(times_of(server.port, 2.0)) <= 3 * p99(at_capacity)


@pytest.mark.gate
def test_large_bodies_do_not_fill_the_memory(tmp_path: Path) -> None:
    """A1: 40 clients that send 100 MB each, with and without a length; the process grows by at most 64 MB."""
    with served(tmp_path) as server:
        times_of(server.port, 0.5)
        before, most = server.megabytes, 0.0
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        for length in (b"content-length: 104857600\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n"):
            clients = [connect(server.port) for _ in range(40)]
            for client in clients:
                client.sendall(HEAD + length)
            sent = 0
            for _ in range(1600):
                for client in list(clients):
                    try:
                        client.sendall(chunk)
                        sent += len(chunk)
                    except OSError:
                        clients.remove(client)
                most = max(most, server.megabytes - before)
                if not clients:
                    break
            assert not clients, "all were cut off"
            assert sent <= 40 * 8 * 2**20, (
                "what a client got rid of is its own limit and what the system buffers"
            )
    assert most <= 64


@pytest.mark.gate
def test_the_limit_of_a_key_under_pressure(tmp_path: Path) -> None:
    """A8: a key that asks at many times its rate gets it within 5 %; the other key's p99 moves by little."""
    ann, bob = (add_key(tmp_path, name, ["predict"], NOW, "test") for name in ("ann", "bob"))
    asked = {who: WHOLE.replace(b"host:", b"x-api-key: " + who.encode() + b"\r\nhost:") for who in (ann, bob)}
    with served(tmp_path, per_minute=6000) as server:
        alone = times_of(server.port, 5.0, asked[bob], gap=0.02)
        stop, passed = threading.Event(), [0]

        def press() -> None:
            client = connect(server.port)
            while not stop.is_set():
                client.sendall(asked[ann])
                passed[0] += client.recv(4096).startswith(b"HTTP/1.1 200")
                time.sleep(0.001)

        thread = threading.Thread(target=press)
        started = time.monotonic()
        thread.start()
        beside = times_of(server.port, 30.0, asked[bob], gap=0.02)
        stop.set()
        thread.join()
        seconds = time.monotonic() - started
    assert 0.95 <= passed[0] / (100 * seconds) <= 1.05
    assert p99(beside) <= 1.1 * p99(alone) + 0.005


def soak(server: Served, seconds: float) -> tuple[float, int, int]:
    """Half load for so long: MB that the process grew by after a tenth of the time, and its sockets before and after."""
    times_of(server.port, max(1.0, seconds / 10), WHOLE, gap=0.001)
    time.sleep(1)
    before, sockets = server.megabytes, server.sockets
    times_of(server.port, seconds, WHOLE, gap=0.001)
    time.sleep(1)
    return server.megabytes - before, sockets, server.sockets


@pytest.mark.parametrize(
    "seconds", [2.0, pytest.param(60.0, marks=pytest.mark.gate), pytest.param(1800.0, marks=pytest.mark.gate)]
)
def test_a_soak_leaves_nothing_behind(tmp_path: Path, seconds: float) -> None:
    """A10: memory grows by at most 1 MB in 10 minutes, open files stay, no error."""
    with served(tmp_path) as server:
        grown, before, after = soak(server, seconds)
    assert grown <= max(1.0, seconds / 600)
    assert after == before
