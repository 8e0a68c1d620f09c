"""The one thread that writes. Everything that waits goes into one transaction, synced, and then is acknowledged."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from willbuy.errors import StoreBusy, StoreDead, StoreFull
from willbuy.hashed_ids import Suppression
from willbuy.store.adding import POISON, Adding, is_poison
from willbuy.store.arrival import Arrival, Outcome
from willbuy.store.faults import is_full, is_locked
from willbuy.store.index import Index

Done = Callable[[list[Outcome] | Exception], None]

MOST_WAITING = 50_000
MOST_TOGETHER = 2_000
_LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """Arrivals that wait, or other work for the writer's thread."""

    arrivals: Sequence[Arrival]
    done: Done
    work: Callable[[], Any] | None = None


class Writer:
    """Takes jobs from any thread and does them in order. `committed` is told of new events before they are acknowledged."""

    def __init__(
        self,
        db: sqlite3.Connection,
        index: Index,
        folder: Path,
        suppression: Suppression,
        committed: Callable[[Adding], None],
        now_and_then: Callable[[], None],
    ) -> None:
        self._db, self._index, self._folder, self._last = db, index, folder, index.last(db)
        self._suppression, self._committed, self._now_and_then = suppression, committed, now_and_then
        self._looked = time.monotonic()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._untold: dict[int, Job] = {}
        self._waiting, self._lock = 0, threading.Lock()
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="willbuy-store", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether events can be handed over."""
        return self._fault is None and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return self._waiting

    def submit(self, job: Job) -> None:
        """Queue a job. Raises StoreDead where the writer has ended, StoreBusy where too many events wait."""
        with self._lock:
            if self._fault is not None:
                raise StoreDead(self._fault)
            if self._waiting and self._waiting + len(job.arrivals) > MOST_WAITING:
                raise StoreBusy(
                    f"{self._waiting} events wait to be stored, and {MOST_WAITING} may. Try again in a moment"
                )
            self._waiting += len(job.arrivals)
            self._jobs.put(job)

    def close(self) -> None:
        """Do what waits, then end. Later jobs are refused."""
        with self._lock:
            if self._fault is None:
                self._fault = "the store is closed"
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        fault = "the store is closed"
        try:
            while self._turn():
                pass
        except sqlite3.Error as error:
            _log.exception("the disk under the live store failed")
            fault = f"the disk under the live store failed: {error}. Start again"
        except BaseException as error:  # whatever it is, nobody may wait for a thread that is gone
            _log.exception("the live store's writer has ended")
            fault = f"the live store's writer has ended: {type(error).__name__}: {error}. Start again"
        self._end(fault)

    def _turn(self) -> bool:
        jobs, goes_on = self._take()
        self._untold = {id(job): job for job in jobs}
        gathered: list[Job] = []
        for job in jobs:
            if job.work is None:
                gathered.append(job)
                continue
            self._add(gathered)
            gathered = []
            self._do(job)
        self._add(gathered)
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._do(Job((), lambda result: None, self._now_and_then))
            self._looked = time.monotonic()
        return goes_on

    def _take(self) -> tuple[list[Job], bool]:
        """All that waits, up to so many events; waits a moment where nothing does. False with the last."""
        jobs: list[Job] = []
        events = 0
        try:
            job = self._jobs.get(timeout=0 if self._index.waits else _LOOK_SECONDS)
            while True:
                if job is None:
                    return jobs, False
                jobs.append(job)
                events += len(job.arrivals)
                if events >= MOST_TOGETHER:
                    break
                job = self._jobs.get_nowait()
        except Empty:
            pass
        return jobs, True

    def _add(self, jobs: Sequence[Job]) -> None:
        if not jobs and not self._index.waits:
            return
        arrivals = [arrival for job in jobs for arrival in job.arrivals]
        try:
            adding, merged = self._commit(arrivals)
        except sqlite3.Error as error:
            self._roll_back()
            passing = self._passing(error)
            if passing is None:
                raise
            for job in jobs:
                self._tell(job, passing)
            return
        self._last += len(adding.rows)
        if merged is not None:
            self._index.merged(merged)
        self._index.add(adding.rows, adding.hashes)
        self._committed(adding)
        start = 0
        for job in jobs:
            until = start + len(job.arrivals)
            self._tell(job, adding.outcomes[start:until])
            start = until

    def _commit(self, arrivals: Sequence[Arrival]) -> tuple[Adding, int | None]:
        adding = self._adding()
        adding.decide(arrivals)
        if not adding.rows and not self._index.waits:
            return adding, None
        self._db.execute("BEGIN IMMEDIATE")
        try:
            adding.write()
        except (*POISON, sqlite3.Error) as error:
            if not is_poison(error):
                raise
            self._db.execute("ROLLBACK")
            self._db.execute("BEGIN IMMEDIATE")
            adding = self._adding()
            adding.write_one_by_one(arrivals)
        merged = self._index.merge_some(self._db, len(arrivals)) if self._index.waits else None
        self._db.execute("COMMIT")
        return adding, merged

    def _adding(self) -> Adding:
        holds = self._suppression.holds if self._suppression.digests else None
        return Adding(self._db, self._index, holds, self._last)

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            try:
                self._db.execute("ROLLBACK")
            except sqlite3.Error:
                _log.exception("the transaction could not be rolled back")

    def _do(self, job: Job) -> None:
        """Other work, such as an erasure: its error is its caller's, and the writer goes on unless the disk failed."""
        try:
            result = job.work() if job.work else None
        except sqlite3.Error as error:
            self._roll_back()
            passing = self._passing(error)
            if passing is None:
                raise
            self._tell(job, passing)
        except Exception as error:
            self._roll_back()
            self._tell(job, error)
        else:
            self._tell(job, result if result is not None else [])

    def _passing(self, error: sqlite3.Error) -> StoreFull | StoreBusy | None:
        """What to tell where nothing was kept and the next time may go well; None where the writer has to end."""
        if is_full(error, self._folder):
            return StoreFull(f"the disk that holds {self._folder} is full. Make room; nothing else is needed")
        if is_locked(error):
            return StoreBusy(f"another program holds the files in {self._folder}. Try again in a moment")
        return None

    def _tell(self, job: Job, result: list[Outcome] | Exception) -> None:
        self._untold.pop(id(job), None)
        with self._lock:
            self._waiting -= len(job.arrivals)
        try:
            job.done(result)
        except Exception:
            _log.exception("whoever waited for the live store failed when told")

    def _end(self, fault: str) -> None:
        """Take no more, and tell whoever still waits. What they handed over may be stored or not: nobody knows."""
        with self._lock:
            self._fault = fault
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is not None:
                self._untold[id(job)] = job
        for job in list(self._untold.values()):
            self._tell(job, StoreDead(fault))
