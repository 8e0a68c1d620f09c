"""The process that holds the port, starts the workers, starts a dead one anew, and ends them all.

It answers nothing itself. It opens no store and loads no model, so there is nothing in it that could fail.
"""

import contextlib
import json
import logging
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from socket import socket
from types import FrameType

from willbuy.errors import WillbuyError
from willbuy.service.wire.running import GRACE
from willbuy.service.workers.asked import Asked
from willbuy.service.workers.worker import command

logger = logging.getLogger("willbuy.service")

LOOK_SECONDS = 0.1
START_SECONDS = 120.0
END_SECONDS = GRACE + 20.0
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a worker is started anew, the more often it died in a row."""
LIVED_SECONDS = 60.0
"""After so long a worker's death is the first of a row."""


@dataclass
class _Worker:
    process: "subprocess.Popen[bytes]"
    told: int
    began: float
    deaths: int = 0


class Supervisor:
    """Keeps workers at a socket. `asked` says how many, and what they serve."""

    def __init__(self, asked: Asked, listener: socket) -> None:
        self._asked, self._listener = asked, listener
        self._shared = Path(tempfile.mkdtemp(prefix="willbuy-serve-"))
        self._life, self._end = os.pipe()
        self._workers: dict[int, _Worker] = {}
        self._stop = threading.Event()

    def start(self) -> str | None:
        """Start all and wait until each answers; return what one said, or None where this was told to stop meanwhile.

        Raises WillbuyError with the words of one that cannot.
        """
        for number in range(self._asked.workers):
            self._workers[number] = self._started(number)
        said = [self._told(worker) for worker in self._workers.values()]
        return said[0] if all(said) else None

    def watch(self) -> None:
        """Look after the workers until told to stop."""
        while not self._stop.wait(LOOK_SECONDS):
            for number, worker in self._workers.items():
                code = worker.process.poll()
                if code is not None:
                    self._workers[number] = self._anew(number, worker, code)

    @contextlib.contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C stop the start and the watch, so that whatever was started is ended; not the process itself."""

        def stop(number: int, frame: FrameType | None) -> None:
            self._stop.set()

        before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def close(self) -> None:
        """End the workers: each finishes what is under way. Those that do not end in time are killed."""
        for worker in self._workers.values():
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + END_SECONDS
        for worker in self._workers.values():
            try:
                worker.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.error("worker %d did not end in time: killed", worker.process.pid)
                worker.process.kill()
                worker.process.wait()
        for handle in (self._life, self._end, *(worker.told for worker in self._workers.values())):
            os.close(handle)
        shutil.rmtree(self._shared, ignore_errors=True)

    def _started(self, number: int, deaths: int = 0) -> _Worker:
        told, tells = os.pipe()
        asked = replace(
            self._asked,
            number=number,
            listener=self._listener.fileno(),
            told=tells,
            life=self._life,
            shared=str(self._shared),
        )
        try:
            process = subprocess.Popen(
                command(asked),
                pass_fds=(asked.listener, asked.told, asked.life),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C in the terminal is this process's alone
            )
        finally:
            os.close(tells)
        return _Worker(process, told, time.monotonic(), deaths)

    def _told(self, worker: _Worker) -> str | None:
        """What a worker says when it answers; None where this was told to stop. Raises WillbuyError where it cannot."""
        until, text = worker.began + START_SECONDS, b""
        with selectors.DefaultSelector() as selector:
            selector.register(worker.told, selectors.EVENT_READ)
            while not text.endswith(b"\n"):
                if self._stop.is_set():
                    return None
                if not selector.select(LOOK_SECONDS):
                    if time.monotonic() < until:
                        continue
                    raise WillbuyError(f"a worker did not answer within {START_SECONDS:.0f} s of its start")
                piece = os.read(worker.told, 65_536)
                if not piece:
                    code = worker.process.wait()
                    raise WillbuyError(
                        f"a worker ended before it answered (exit {code}); the lines above say why"
                    )
                text += piece
        words = json.loads(text)
        if "error" in words:
            raise WillbuyError(words["error"])
        return str(words["said"])

    def _anew(self, number: int, worker: _Worker, code: int) -> _Worker:
        deaths = 1 if time.monotonic() - worker.began > LIVED_SECONDS else worker.deaths + 1
        how = f"signal {-code}" if code < 0 else _last_words(worker.told) or f"exit {code}"
        logger.error(
            "worker %d (process %d) ended by itself (%s): started anew", number, worker.process.pid, how
        )
        self._stop.wait(PAUSES[min(deaths, len(PAUSES)) - 1])
        os.close(worker.told)
        return self._started(number, deaths)


def _last_words(told: int) -> str:
    """Why a worker that was started anew could not begin to answer; "" where it did, or said nothing."""
    os.set_blocking(told, False)
    try:
        words = json.loads(os.read(told, 65_536) or b"{}")
    except (BlockingIOError, ValueError):
        return ""
    return str(words.get("error", ""))
