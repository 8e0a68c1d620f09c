"""One process, one event loop: uvicorn with our protocol, our tick and an end that loses nothing."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import uvicorn

from willbuy.service.wire.protocol import protocol_of
from willbuy.service.wire.watch import Watch

logger = logging.getLogger("willbuy.service")

DOORS = 16
"""Under how many handles one socket listens. uvloop accepts one connection a handle in each turn of its loop: with a single
one, whoever connects while the service is busy waits for seconds."""
GRACE = 10  # seconds that requests under way have to finish, once the service stops


class Running(uvicorn.Server):
    """A server that looks after its connections, and leaves the process to its caller when it stops.

    uvicorn raises the signal that stopped it once more at its end, which would kill the process before the store and the
    log are closed.
    """

    def __init__(self, config: uvicorn.Config, watch: Watch, ticks: Sequence[Callable[[], object]]) -> None:
        super().__init__(config)
        self._watch = watch
        self._ticks: tuple[Callable[[], object], ...] = (watch.tick, *ticks)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and to tick. What was made until now stays for good: the collector need not look at it again."""
        await super().startup(sockets=sockets)
        gc.collect()
        gc.freeze()
        self._tick(asyncio.get_running_loop())

    def also(self, act: Callable[[], object]) -> None:
        """Have something more done at each tick."""
        self._ticks = (*self._ticks, act)

    def serve_at(self, listener: socket.socket) -> None:
        """Answer at a bound socket until told to stop.

        Whether a socket blocks is known to the system once for all processes that share it. `dup` sets it as its original
        says, so an original that says "blocks" would, for a moment, have every other worker wait in its accept.
        """
        listener.setblocking(False)
        self.run(sockets=[listener, *(listener.dup() for _ in range(DOORS - 1))])

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        for act in self._ticks:
            try:
                act()
            except Exception:
                logger.exception("a tick failed; the next one comes")
        loop.call_later(self._watch.limits.tick_seconds, self._tick, loop)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C stop the server; a second Ctrl-C waits for nobody."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def make_server(app: Any, watch: Watch, ticks: Sequence[Callable[[], object]] = ()) -> Running:
    """A server of an ASGI app, ready to `serve_at` a socket; `should_exit = True` stops it from another thread."""
    config = uvicorn.Config(
        app,
        http=protocol_of(watch),  # type: ignore[arg-type]
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    return Running(config, watch, ticks)
