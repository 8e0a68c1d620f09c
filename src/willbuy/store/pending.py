"""Events that were handed over and are not yet synced: known to nobody, though they were received."""

import threading
from collections.abc import Sequence
from datetime import datetime

from willbuy.store.arrival import Arrival


class Pending:
    """Since when events of an entity wait. Who answers about it now answers as of before that.

    So an answer never misses an event that was received by its moment, and can be computed again from the log.

    >>> from willbuy.features.live.event import Event
    >>> noon = datetime(2015, 6, 2, 12)
    >>> pending, sent = Pending(), [Arrival("ann", Event(noon, "view", received=noon), "e1", b"")]
    >>> pending.begin(sent)
    >>> pending.since("ann"), pending.since("bob")
    (datetime.datetime(2015, 6, 2, 12, 0), None)
    >>> pending.end(sent)
    >>> pending.since("ann") is None
    True
    """

    def __init__(self) -> None:
        self._waiting: dict[str, datetime | list[datetime]] = {}  # a list where several of an entity wait
        self._lock = threading.Lock()

    def begin(self, arrivals: Sequence[Arrival]) -> None:
        """These wait from now on. What has no time of receipt happened to be known, and does not wait."""
        with self._lock:
            for entity, event, _, _ in arrivals:
                received, before = event.received, self._waiting.get(entity)
                if received is None:
                    continue
                if isinstance(before, list):
                    before.append(received)
                else:
                    self._waiting[entity] = received if before is None else [before, received]

    def end(self, arrivals: Sequence[Arrival]) -> None:
        """These are synced, or refused."""
        with self._lock:
            for entity, event, _, _ in arrivals:
                if event.received is None:
                    continue
                waiting = self._waiting[entity]
                if isinstance(waiting, list):
                    waiting.remove(event.received)  # nearly always the first
                if not waiting or isinstance(waiting, datetime):
                    del self._waiting[entity]

    def since(self, entity: str) -> datetime | None:
        """When the first of the entity's waiting events was received; None where none waits."""
        if entity not in self._waiting:
            return None
        with self._lock:
            waiting = self._waiting.get(entity)
            return min(waiting) if isinstance(waiting, list) else waiting
