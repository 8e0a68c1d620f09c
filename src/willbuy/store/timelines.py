"""The timelines of the entities that were asked for last, coherent with what is committed."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from willbuy.features.live.timeline import Timeline

MOST = 20_000
_SHARES = 1 << 14


class Timelines:
    """Keeps timelines until an event of their entity is committed.

    Whoever reads one from the file notes the `turn` before, and hands it in with what was read: where a commit of the
    entity came between, it is not kept. Entities share the notes of their last commits, so now and then one is read again
    that had not changed.
    """

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[str, Timeline] = OrderedDict()
        self._most, self._lock = most, threading.Lock()
        self._turn = 0
        self._changed = [0] * _SHARES

    @property
    def turn(self) -> int:
        """A number that grows with every commit."""
        return self._turn

    def get(self, entity: str) -> Timeline | None:
        """The timeline, if it is kept."""
        with self._lock:
            found = self._kept.get(entity)
            if found is not None:
                self._kept.move_to_end(entity)
            return found

    def put(self, entity: str, timeline: Timeline, turn: int) -> None:
        """Keep a timeline that was read at a turn, unless its entity has changed since."""
        with self._lock:
            if self._changed[hash(entity) % _SHARES] > turn:
                return
            self._kept[entity] = timeline
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, entities: Iterable[str]) -> None:
        """Drop the timelines of entities that have changed."""
        with self._lock:
            self._turn += 1
            for entity in entities:
                self._kept.pop(entity, None)
                self._changed[hash(entity) % _SHARES] = self._turn

    def forget_all(self) -> None:
        """Drop everything: what lies beside the live events has changed."""
        with self._lock:
            self._turn += 1
            self._kept.clear()
            self._changed = [self._turn] * _SHARES
