"""Events that other workers of this machine were handed and have not stored yet: a file in memory, a row a worker.

A row has a slot for each of 4,096 hashes of entities, which holds when the first event that waits was received (microseconds
since 1970), 0 where none waits. Entities that share a slot share its moment, so an answer may be as of a few milliseconds before it must.
"""

import mmap
import os
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from willbuy.store.arrival import Arrival
from willbuy.store.hashes import owner_hash
from willbuy.store.moments import to_microseconds, to_moment

SLOTS = 4_096


class SharedPending:
    """The row of one worker, and those of all. A row begins empty: whoever had it before has died."""

    def __init__(self, file: Path, number: int, workers: int) -> None:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(handle, workers * SLOTS * 8)
        self._map = mmap.mmap(handle, workers * SLOTS * 8)
        os.close(handle)
        self._rows = np.frombuffer(self._map, dtype=np.int64).reshape(workers, SLOTS)
        self._number, self._own = number, self._rows[number]
        self._own[:] = 0
        self._waiting: dict[int, list[int]] = {}
        self._lock = threading.Lock()

    def begin(self, arrivals: Sequence[Arrival]) -> None:
        """These wait from now on."""
        with self._lock:
            for slot, received in _slots(arrivals):
                waiting = self._waiting.setdefault(slot, [])
                waiting.append(received)
                self._own[slot] = min(waiting)

    def end(self, arrivals: Sequence[Arrival]) -> None:
        """These are stored, or refused."""
        with self._lock:
            for slot, received in _slots(arrivals):
                waiting = self._waiting[slot]
                waiting.remove(received)
                self._own[slot] = min(waiting, default=0)

    def since(self, entity: str) -> datetime | None:
        """When the first event was received that any worker has waiting in the entity's slot; None where none waits."""
        column = self._rows[:, owner_hash(entity) % SLOTS]
        first = min((moment for moment in column.tolist() if moment), default=None)
        return None if first is None else to_moment(first)


def _slots(arrivals: Sequence[Arrival]) -> list[tuple[int, int]]:
    """The slot and the time of receipt of each; who has no text for an entity is not stored, and nobody asks about it."""
    return [
        (owner_hash(entity) % SLOTS, to_microseconds(event.received))
        for entity, event, _, _ in arrivals
        if event.received is not None and _is_text(entity)
    ]


def _is_text(entity: object) -> bool:
    return isinstance(entity, str) and not any("\ud800" <= letter <= "\udfff" for letter in entity)
