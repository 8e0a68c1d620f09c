"""Each thread reads by connections of its own: SQLite lets readers and the writer pass each other."""

import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakSet

from willbuy.store.database import open_to_read
from willbuy.store.history import History, state_of

_LOOK_SECONDS = 0.5


@dataclass(eq=False)
class Reader:
    """A thread's connections, closed when it ends. `state` tells which history it has open."""

    live: sqlite3.Connection
    history: History
    state: tuple[int, int] | None


class Readers:
    """The readers of all threads; they follow when another history is put in place."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._own = folder, threading.local()
        self._all: WeakSet[Reader] = WeakSet()
        self._state = state_of(folder)
        self._looked = time.monotonic()

    def changed(self, at_once: bool = False) -> bool:
        """Whether another history was put in place since this said so. Looks now and then, or at once."""
        now = time.monotonic()
        if not at_once and now - self._looked < _LOOK_SECONDS:
            return False
        self._looked = now
        found = state_of(self._folder)
        if found == self._state:
            return False
        self._state = found
        return True

    def mine(self) -> Reader:
        """The reader of this thread."""
        found: Reader | None = getattr(self._own, "reader", None)
        if found is None:
            state = self._state
            found = Reader(open_to_read(self._folder), History(self._folder), state)
            self._own.reader = found
            self._all.add(found)
        elif found.state != self._state:
            found.history.close()
            found.state = self._state
            found.history = History(self._folder)
        return found

    def close(self) -> None:
        """Close the connections of all threads."""
        for reader in list(self._all):
            reader.live.close()
            reader.history.close()
