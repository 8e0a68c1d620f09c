"""What was read last, kept as long as it is true."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

V = TypeVar("V")

_SHARES = 1 << 14


class Kept(Generic[V]):
    """Values by key, of at most so much weight (1 each by default), each until something about its key is committed.

    Whoever reads a value from the files notes the `turn` before, and hands it in with what was read: where a commit came
    between, it is not kept. Keys share the notes of their last commits, so now and then one is read again in vain.

    >>> kept = Kept(most=2)
    >>> turn = kept.turn
    >>> kept.forget(["ann"])
    >>> kept.put("ann", 1, turn)
    >>> kept.get("ann") is None
    True
    """

    def __init__(self, most: int, weigh: Callable[[V], int] = lambda value: 1) -> None:
        self._values: OrderedDict[str, V] = OrderedDict()
        self._most, self._weigh, self._weight = most, weigh, 0
        self._lock = threading.Lock()
        self._turn = 0
        self._changed = [0] * _SHARES

    @property
    def turn(self) -> int:
        """A number that grows with every commit."""
        return self._turn

    def get(self, key: str) -> V | None:
        """The value, if it is kept."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            return found

    def put(self, key: str, value: V, turn: int) -> None:
        """Keep a value that was read at a turn, unless its key has changed since."""
        with self._lock:
            if self._changed[hash(key) % _SHARES] > turn:
                return
            self._drop(key)
            self._values[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._most and len(self._values) > 1:
                self._drop(next(iter(self._values)))

    def forget(self, keys: Iterable[str]) -> None:
        """Drop the values of keys that have changed."""
        with self._lock:
            self._turn += 1
            for key in keys:
                self._drop(key)
                self._changed[hash(key) % _SHARES] = self._turn

    def forget_all(self) -> None:
        """Drop everything: what lies beside the live events has changed."""
        with self._lock:
            self._turn += 1
            self._values.clear()
            self._weight = 0
            self._changed = [self._turn] * _SHARES

    def _drop(self, key: str) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self._weight -= self._weigh(value)
