"""The store of the service: events in, timelines out."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from willbuy.features.live.event import Event
from willbuy.features.live.timeline import Timeline
from willbuy.features.local_time import LocalTime
from willbuy.store.adding import Adding
from willbuy.store.arrival import Arrival, Outcome, StoredEvent
from willbuy.store.database import get_meta, open_to_read, open_to_write
from willbuy.store.index import MERGE_AT, Index
from willbuy.store.locking import lock
from willbuy.store.rows import EVENT, to_event
from willbuy.store.tallies import Tallying
from willbuy.store.timelines import Timelines
from willbuy.store.writer import Done, Job, Writer


class Store:
    """The live events of a shop, and its visitors' histories, in a folder (`<home>/live`). One process at a time.

    Reads may come from any thread, and wait for nobody. Raises StoreError where another process has it open.
    """

    def __init__(self, folder: Path, merge_at: int = MERGE_AT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._held = lock(folder)
        self._db = open_to_write(folder)
        self._index = Index(self._db, Tallying(LocalTime()), merge_at)
        self._timelines = Timelines()
        self._readers, self._own = [self._db][:0], threading.local()
        self._writer = Writer(
            self._db, self._index, folder, _last(self._db), None, self._committed
        )

    @property
    def alive(self) -> bool:
        """Whether the writer lives; once it is dead only a new start helps."""
        return self._writer.alive

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self.alive

    @property
    def waiting(self) -> int:
        """How many events wait to be stored."""
        return self._writer.waiting

    def submit(self, arrivals: Sequence[Arrival], done: Done) -> None:
        """Queue arrivals; `done` is called from the writer's thread once they are synced to disk.

        It gets an outcome for each, in order, or StoreFull or StoreDead where none of them was kept. Raises StoreBusy
        and StoreDead at once, where they cannot even be queued.
        """
        self._writer.submit(Job(arrivals, done))

    def timeline(self, entity: str) -> Timeline:
        """All that is known of an entity, each event once; empty for one that was never seen."""
        found = self._timelines.get(entity)
        if found is None:
            turn = self._timelines.turn
            found = Timeline(stored.event for stored in self.events(entity))
            self._timelines.put(entity, found, turn)
        return found

    def events(self, entity: str) -> list[StoredEvent]:
        """All stored events of an entity, in the order of their arrival."""
        return [StoredEvent(event, live=True) for event in self._live_events(entity)]

    def facts(self, moment: Any) -> Any:
        """Facts about items as known at a moment."""
        return {}

    @property
    def fitted(self) -> dict[str, Any] | None:
        """The parameters of what is fitted, as of the newest anchor; None where nothing is."""
        return None

    def close(self) -> None:
        """Do what waits, then close."""
        self._writer.close()
        for db in (*self._readers, self._db):
            db.close()
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _live_events(self, entity: str) -> list[Event]:
        db = self._reader()
        found = self._index.find_owned(db, entity)
        sql = f"SELECT entity, event_id, {EVENT} FROM events WHERE seq = ?"
        rows = [row for seq in found if (row := db.execute(sql, [seq]).fetchone())]
        return [to_event(row[2:], row[1]) for row in rows if row[0] == entity]

    def _reader(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._own, "db", None)
        if found is None:
            found = self._own.db = open_to_read(self.folder)
            self._readers.append(found)
        return found

    def _committed(self, adding: Adding) -> None:
        self._timelines.forget({new.entity for new in adding.new})

    def _ask(self, work: Callable[[], Any]) -> Any:
        """Have the writer's thread do something, and wait for it."""
        told: list[Any] = []
        ready = threading.Event()

        def done(result: list[Outcome] | Exception) -> None:
            told.append(result)
            ready.set()

        self._writer.submit(Job((), done, work))
        ready.wait()
        if isinstance(told[0], Exception):
            raise told[0]
        return told[0]


def _last(db: sqlite3.Connection) -> int:
    """The greatest number that an event ever had: numbers are never given twice."""
    [(found,)] = db.execute("SELECT max(seq) FROM events")
    return max(found or 0, int(get_meta(db, "last", "0")))
