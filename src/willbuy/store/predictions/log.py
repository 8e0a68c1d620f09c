"""The prediction log as the service sees it: `put` never waits; a thread writes.

What is put stands in a bounded queue in memory for a fifth of a second at most; then it is in the file, and outlives the
process. While the file cannot be written (a full disk, a lock held by another process) the thread keeps what it has and
tries again, and what the queue has no room for is counted in `dropped`.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from willbuy.errors import StoreAway, WillbuyError
from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.answers import Answers, AnswerWriter
from willbuy.store.predictions.answers_file import AnswersFile
from willbuy.store.predictions.retention import STEP

logger = logging.getLogger("willbuy.service")

QUEUE = 50_000  # answers: some 25 MB where a row has 40 features
BATCH = 5_000  # answers in one transaction
INTERVAL_SECONDS = 0.2
AFTER_A_FAULT_SECONDS = 1.0
RETENTION_SECONDS = 60.0
Clock = Callable[[], datetime]
PASSING = (sqlite3.Error, OSError, StoreAway)
"""What a place raises that cannot be opened now: it is tried again."""


class PredictionLog:
    """Answers on their way to where they lie: `<home>/live/predictions.sqlite`, for a folder.

    `days` is how long an answer stays, by `clock` (naive UTC). A log that cannot be opened now is opened as soon as it
    can: `error` says what is wrong until then. Raises WillbuyError where the file is of another format.

    >>> import tempfile
    >>> from willbuy.store.predictions.reading import read_answers
    >>> now = datetime(2015, 9, 1)
    >>> with tempfile.TemporaryDirectory() as home:
    ...     log = PredictionLog(Path(home), days=90, clock=lambda: now)
    ...     log.put(Answer("a1", "ann", "/predict", "0f3c", now, bytes(16), -2.0, 0.12))
    ...     log.close()
    ...     [answer.entity for answer in read_answers(Path(home))], log.written, log.dropped
    (['ann'], 1, 0)
    """

    def __init__(
        self,
        place: Path | Answers,
        days: int,
        clock: Clock,
        most: int = QUEUE,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self.written = 0
        self.error: str | None = None
        self._answers = AnswersFile(place) if isinstance(place, Path) else place
        self._days, self._clock, self._interval, self._most = days, clock, interval, most
        self._queue: deque[Answer | threading.Event] = deque()
        self._held: list[Answer] = []  # taken from the queue, not yet written
        self._waiting: list[threading.Event] = []  # set once what is held is written
        self._names: dict[str, tuple[str, ...]] = {}
        self._told: dict[str, tuple[str, ...]] = {}
        self._feeders: list[Callable[[], None]] = []
        self._dropped, self._counting = 0, threading.Lock()
        self._wake, self._closing = threading.Event(), False
        self._retention_at = time.monotonic()
        self._writer: AnswerWriter | None = None
        try:
            self._open()
        except PASSING as error:
            self._fail(f"the prediction log cannot be opened: {error}")
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many answers were put and will never be in the log."""
        return self._dropped

    @property
    def queued(self) -> int:
        """How many answers wait to be written."""
        return len(self._queue) + len(self._held)

    def put(self, answer: Answer) -> None:
        """Log an answer. Never waits, never raises; what there is no room for is counted in `dropped`."""
        if len(self._queue) < self._most:
            self._queue.append(answer)
        else:
            self._drop(1)

    def describe(self, version: str, names: Sequence[str]) -> None:
        """Tell the feature names of a version, once it is loaded, so that its rows can be read years later."""
        self._names = {**self._names, version: tuple(names)}

    def fed_by(self, drain: Callable[[], None]) -> None:
        """Have `drain` called before each flush and close: whoever holds answers back, such as a shadow, puts them then."""
        self._feeders.append(drain)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything put before is in the file or counted in `dropped`. Returns False where it is not yet."""
        for drain in self._feeders:
            drain()
        if self._closing:
            return False
        done = threading.Event()
        self._queue.append(done)
        self._wake.set()
        return done.wait(timeout)

    def erase(self, entity: str) -> int:
        """Erase every answer about an entity, those on their way too; see `Answers.erase`. Returns how many there were.

        Raises WillbuyError where the log cannot be written now.
        """
        if not self.flush():
            raise WillbuyError(
                f"the prediction log cannot be written now: {self.error}. Mend that, and erase again."
            )
        return self._answers.erase(entity)

    def close(self, timeout: float = 10.0) -> None:
        """Write what is there and end. What cannot be written now is counted in `dropped`."""
        for drain in self._feeders:
            drain()
        self._most, self._closing = 0, True
        self._wake.set()
        self._thread.join(timeout)
        self._drop(sum(isinstance(item, Answer) for item in self._queue))
        self._queue.clear()

    def _drop(self, count: int) -> None:
        with self._counting:
            self._dropped += count

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(AFTER_A_FAULT_SECONDS if self.error else self._interval)
            self._wake.clear()
            self._work()
        self._work()
        self._drop(len(self._held))
        self._held = []
        self._close()

    def _work(self) -> None:
        """Write until nothing waits. Whatever happens is told in `error` and tried again: this thread does not end."""
        before = self.written
        try:
            while self._take():
                self._write()
            self._delete_old(at_least=2 * (self.written - before))
        except Exception as error:
            self._fail(f"the prediction log cannot be written: {error}")
            self._close()
        else:
            self._succeed()

    def _fail(self, words: str) -> None:
        if self.error is None:
            logger.error("%s; answers wait in memory, then they are dropped", words)
        self.error = words

    def _succeed(self) -> None:
        if self.error is not None:
            logger.warning("the prediction log is written again; %d answers were dropped", self.dropped)
        self.error = None

    def _take(self) -> bool:
        """Hold the next batch, up to the next that waits for it. Returns whether there is anything to do."""
        while self._queue and len(self._held) < BATCH and not self._waiting:
            item = self._queue.popleft()
            if isinstance(item, Answer):
                self._held.append(item)
            else:
                self._waiting.append(item)
        return bool(self._held or self._waiting or self._names != self._told)

    def _write(self) -> None:
        writer = self._open()
        if self._names != self._told:
            names = self._names
            for version in names.keys() - self._told.keys():
                writer.describe(version, names[version])
            self._told = names
        self._write_held(writer)
        self._succeed()
        while self._waiting:
            self._waiting.pop().set()

    def _write_held(self, writer: AnswerWriter) -> None:
        """Write what is held. An answer that cannot be written by itself is counted in `dropped`, the others are kept."""
        size = len(self._held)
        while self._held:
            piece = self._held[:size]
            try:
                writer.write(piece)
            except Exception as error:
                if writer.passing(error):
                    raise
                if size > 1:  # one of these is no answer: look for it
                    size //= 2
                    continue
                self._drop(1)
            else:
                self.written += len(piece)
            del self._held[:size]
            size = min(2 * size, BATCH)

    def _delete_old(self, at_least: int) -> None:
        if time.monotonic() < self._retention_at:
            return
        most = max(STEP, at_least)
        if self._open().delete_old(self._clock(), self._days, most) < most:
            self._retention_at = time.monotonic() + RETENTION_SECONDS

    def _open(self) -> AnswerWriter:
        if self._writer is None:
            self._writer = self._answers.writer()
        return self._writer

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
