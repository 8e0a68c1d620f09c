"""The one thread that writes the SQLite file. Everything that waits goes into one transaction, synced, and then is acknowledged."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from willbuy.errors import StoreBusy, StoreFull
from willbuy.hashed_ids import Suppression
from willbuy.store.adding import POISON, Adding, is_poison
from willbuy.store.arrival import Arrival
from willbuy.store.faults import is_full, is_locked
from willbuy.store.index import Index
from willbuy.store.working import LOOK_SECONDS, Job, Working

_log = logging.getLogger(__name__)


class Writer(Working):
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
        super().__init__()
        self._db, self._index, self._folder, self._last = db, index, folder, index.last(db)
        self._suppression, self._committed, self._now_and_then = suppression, committed, now_and_then
        self._thread.start()

    def _died(self, error: BaseException) -> str:
        if not isinstance(error, sqlite3.Error):
            return super()._died(error)
        _log.exception("the disk under the live store failed")
        return f"the disk under the live store failed: {error}. Start again"

    def _patience(self) -> float:
        return 0 if self._index.waits else LOOK_SECONDS

    def _look(self) -> None:
        self._do(Job((), lambda result: None, self._now_and_then))

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
        self._tell_each(jobs, adding.outcomes)

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
