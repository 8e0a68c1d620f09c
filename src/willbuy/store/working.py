"""A thread that stores: everything that waits is taken together, and told once it is done."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from willbuy.errors import StoreBusy, StoreDead
from willbuy.store.arrival import Arrival, Outcome

Done = Callable[[list[Outcome] | Exception], None]

MOST_WAITING = 50_000
MOST_TOGETHER = 2_000
LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """Arrivals that wait, or other work for the writer's thread."""

    arrivals: Sequence[Arrival]
    done: Done
    work: Callable[[], Any] | None = None


class Working(ABC):
    """Takes jobs from any thread and does them in order, in one of its own. A subclass says how they are done, and starts it."""

    def __init__(self) -> None:
        self._looked = time.monotonic()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._untold: dict[int, Job] = {}
        self._waiting, self._lock = 0, threading.Lock()
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="willbuy-store", daemon=True)

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

    def ask(self, work: Callable[[], Any]) -> Any:
        """Have the thread do something, and wait for it: return what it returns, raise what it raises."""
        told: list[Any] = []
        ready = threading.Event()

        def done(result: list[Outcome] | Exception) -> None:
            told.append(result)
            ready.set()

        self.submit(Job((), done, work))
        ready.wait()
        if isinstance(told[0], Exception):
            raise told[0]
        return told[0]

    def close(self) -> None:
        """Do what waits, then end. Later jobs are refused."""
        with self._lock:
            if self._fault is None:
                self._fault = "the store is closed"
                self._jobs.put(None)
        self._thread.join()

    @abstractmethod
    def _add(self, jobs: Sequence[Job]) -> None:
        """Store what the jobs hold, and tell each; called without any as well."""

    @abstractmethod
    def _do(self, job: Job) -> None:
        """Other work, such as an erasure: its error is its caller's."""

    @abstractmethod
    def _look(self) -> None:
        """Called every second or so."""

    def _patience(self) -> float:
        """For how many seconds nothing need be done while no job comes."""
        return LOOK_SECONDS

    def _died(self, error: BaseException) -> str:
        """What to say when the thread has ended by an error; the stack stands in the log."""
        _log.exception("the live store's writer has ended")
        return f"the live store's writer has ended: {type(error).__name__}: {error}. Start again"

    def _run(self) -> None:
        fault = "the store is closed"
        try:
            while self._turn():
                pass
        except BaseException as error:  # whatever it is, nobody may wait for a thread that is gone
            fault = self._died(error)
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
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._look()
            self._looked = time.monotonic()
        return goes_on

    def _take(self) -> tuple[list[Job], bool]:
        """What waits, of so many events; and whether there will be more."""
        jobs: list[Job] = []
        events = 0
        try:
            job = self._jobs.get(timeout=self._patience())
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

    def _tell(self, job: Job, result: list[Outcome] | Exception) -> None:
        self._untold.pop(id(job), None)
        with self._lock:
            self._waiting -= len(job.arrivals)
        try:
            job.done(result)
        except Exception:
            _log.exception("whoever waited for the live store failed when told")

    def _tell_each(self, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        """Tell each of some jobs, done together, its outcomes."""
        start = 0
        for job in jobs:
            until = start + len(job.arrivals)
            self._tell(job, list(outcomes[start:until]))
            start = until

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
