"""From whoever received events to the thread that stores them: known as waiting until they are synced, or refused."""

from collections.abc import Sequence
from typing import Protocol

from willbuy.errors import StoreError
from willbuy.store.arrival import Arrival, Outcome
from willbuy.store.working import Done, Job, Working


class Waiting(Protocol):
    """Who knows which events wait: `Pending` for one process, `SharedPending` for many."""

    def begin(self, arrivals: Sequence[Arrival]) -> None: ...

    def end(self, arrivals: Sequence[Arrival]) -> None: ...


def hand_over(arrivals: Sequence[Arrival], done: Done, waiting: Waiting, writer: Working) -> None:
    """Queue arrivals for a writer; `done` is told the outcome of each, or why none was kept.

    Raises StoreBusy and StoreDead where they cannot even be queued; then they do not wait.
    """

    def told(result: list[Outcome] | Exception) -> None:
        waiting.end(arrivals)
        done(result)

    waiting.begin(arrivals)
    try:
        writer.submit(Job(arrivals, told))
    except StoreError:
        waiting.end(arrivals)
        raise
