"""A small HTTP server on loopback that does what a test tells it: a real one, which fails when it is told to."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Reply = Callable[[Any], tuple[int, Any] | tuple[int, Any, dict[str, str]]]
"""From the request's JSON to a status, a body and headers."""


@dataclass
class Pretend:
    """What the server was asked, and what it is to say: `first` once each, then `then` for ever."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    first: list[Any] = field(default_factory=list)
    then: Reply = lambda body: (200, {"ok": True})

    async def answer(self, request: Request) -> Response:
        content = await request.body()
        body = json.loads(content) if content else None
        path = request.scope["raw_path"].decode()
        self.asked.append((request.method, path, dict(request.query_params), body))
        self.at.append(time.monotonic())
        self.headers.append(dict(request.headers))
        step = self.first.pop(0) if self.first else self.then
        if step == "hang":
            await asyncio.sleep(1)
            return Response(status_code=500)
        status, said, *headers = step(body) if callable(step) else step
        if isinstance(said, str):
            return Response(said, status, *headers)
        return JSONResponse(said, status, *headers)


@contextmanager
def pretending() -> Iterator[Pretend]:
    """A running server on a free port, in a thread of its own."""
    pretend = Pretend()
    routes = [Route("/{path:path}", pretend.answer, methods=["GET", "POST", "DELETE"])]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    pretend.url = f"http://{host}:{port}"
    try:
        yield pretend
    finally:
        server.should_exit = True
        thread.join(10)
