"""A real server on loopback around a tiny app, for tests of what stands before the app."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from willbuy.service.gate.gate import Gate
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.listening import bind
from willbuy.service.gate.metrics import Metrics
from willbuy.service.wire.limits import Limits
from willbuy.service.wire.running import make_server
from willbuy.service.wire.watch import Watch

SHORT = Limits(
    header_seconds=1.0,
    body_seconds=2.0,
    body_grace=1.0,
    unread_seconds=1.5,
    idle_seconds=1.5,
    tick_seconds=0.1,
    waiting=1000,
)
"""Limits that a test can wait for."""


async def _echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse({"bytes": len(body), "key": request.scope.get("state", {}).get("key")})


async def _slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("seconds", "0.3")))
    return PlainTextResponse("done")


async def _large(request: Request) -> Response:
    return PlainTextResponse("x" * int(request.query_params.get("bytes", "30000000")))


async def _stream(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        for number in range(3):
            yield str(number)
            await asyncio.sleep(0.01)

    return StreamingResponse(pieces())


async def _fault(request: Request) -> Response:
    raise ValueError(f"the secret of {request.url.path}")


def tiny_app() -> Starlette:
    """Answers at the service's paths without a model behind them; `/model` is slow, `/metrics` large, `/predict/fault` fails."""
    return Starlette(
        routes=[
            Route("/livez", lambda _: PlainTextResponse("ok")),
            Route("/predict", _echo, methods=["POST"]),
            Route("/predict/batch", _echo, methods=["POST"]),
            Route("/predict/fault", _fault, methods=["POST"]),
            Route("/events", _echo, methods=["POST"]),
            Route("/visitors/stream", _stream),
            Route("/visitors/{id}", _echo, methods=["GET", "DELETE"]),
            Route("/model", _slow),
            Route("/metrics", _large),
        ]
    )


@dataclass
class Edge:
    """A running server and what a test looks at."""

    port: int
    watch: Watch
    metrics: Metrics
    keys: Keys
    server: Any
    stand_still: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def block(self, seconds: float) -> None:
        """Let the event loop stand still for so long, from now on."""
        self.stand_still.append(seconds)
        while self.stand_still:
            time.sleep(0.001)

    def connect(self, buffer: int | None = None) -> socket.socket:
        """A connection of its own; `buffer` makes the client's window small."""
        client = socket.socket()
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.port))
        return client


@contextlib.contextmanager
def edge(home: Path, limits: Limits = SHORT, per_minute: int = 60_000_000, app: Any = None) -> Iterator[Edge]:
    """Run the gate and the protocol before the tiny app until the block ends."""
    watch, metrics, keys = Watch(limits), Metrics(), Keys(home)
    gate = Gate(app or tiny_app(), keys, metrics, per_minute, local=True, limits=watch.limits)
    listener = bind("127.0.0.1", 0)
    still: list[float] = []
    server = make_server(gate, watch, [keys.refresh, lambda: still and time.sleep(still.pop())])
    thread = threading.Thread(target=server.serve_at, args=(listener,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield Edge(listener.getsockname()[1], watch, metrics, keys, server, still)
    finally:
        server.should_exit = True
        thread.join(20)


def until_closed(client: socket.socket, seconds: float) -> tuple[bytes, float]:
    """Read until the server closes; what it said, and how long it took. Raises TimeoutError if it does not close."""
    started, said = time.monotonic(), b""
    client.settimeout(seconds)
    while True:
        try:
            piece = client.recv(65_536)
        except ConnectionError:
            piece = b""
        if not piece:
            return said, time.monotonic() - started
        said += piece
