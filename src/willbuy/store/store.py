"""The store of the service in SQLite files: events in, timelines and facts out."""

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from willbuy.errors import StoreError, StoreRead
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.timeline import Timeline
from willbuy.hashed_ids import Suppression
from willbuy.store.adding import Adding
from willbuy.store.arrival import Arrival, StoredEvent
from willbuy.store.backup import BackedUp, back_up
from willbuy.store.database import get_meta, open_to_write
from willbuy.store.erasing import erase_noted, note_erasure, noted, once_nobody_reads
from willbuy.store.expiring import expire_some
from willbuy.store.facts import FactBook, FactsAt
from willbuy.store.files import remove_partials, sync_new_folders
from willbuy.store.handing_over import hand_over
from willbuy.store.index import MERGE_AT, Index
from willbuy.store.interface import LiveStore
from willbuy.store.kept import Kept
from willbuy.store.locking import hold
from willbuy.store.moments import to_microseconds
from willbuy.store.pending import Pending
from willbuy.store.readers import Readers
from willbuy.store.rows import EVENT, to_event
from willbuy.store.tallies import Key, Slot, add_up
from willbuy.store.tallying import stored_tallying, tally_from_now
from willbuy.store.together import together
from willbuy.store.working import Done
from willbuy.store.writer import Writer

KEPT_EVENTS = 200_000
"""Events that the timelines in memory may hold together; some 100 MB."""

_EVENTS = f"SELECT entity, event_id, {EVENT} FROM json_each(?) CROSS JOIN events ON seq = value"


class Store(LiveStore):
    """The live events of a shop and its visitors' histories, in `<home>/live`. One process at a time has it open.

    Reads may come from any thread, and wait for nobody. Raises StoreError where another process has it open.
    """

    def __init__(self, home: Path, merge_at: int = MERGE_AT) -> None:
        self.folder = home / "live"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._held: int | None = hold(self.folder)
        try:
            remove_partials(self.folder)
            self._db = open_to_write(self.folder)
            sync_new_folders(self.folder)
            self._index = Index(self._db, stored_tallying(self._db), merge_at)
            with suppress(StoreRead):  # the writer looks again every second
                erase_noted(self._db, self._index, self.folder)
        except BaseException as error:
            os.close(self._held)
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"the live store in {self.folder} cannot be opened: {error}") from error
            raise
        self._timelines: Kept[Timeline] = Kept(KEPT_EVENTS, lambda timeline: 1 + len(timeline))
        self._readers = Readers(self.folder)
        self._pending = Pending()
        self._suppression = Suppression(home)
        self._book = FactBook((), self._tallies)
        self._writer = Writer(
            self._db, self._index, self.folder, self._suppression, self._committed, self._erase_noted
        )

    @property
    def alive(self) -> bool:
        """Whether the writer lives; once it is dead only a new start helps."""
        return self._writer.alive

    @property
    def trouble(self) -> str:
        """Why no events can be stored at this moment."""
        return "" if self.alive else "the writer of events is dead"

    @property
    def waiting(self) -> int:
        """How many events wait to be stored."""
        return self._writer.waiting

    def submit(self, arrivals: Sequence[Arrival], done: Done) -> None:
        """Queue arrivals; `done` is called from the writer's thread once they are synced to disk.

        It gets an outcome for each, in order, or StoreFull or StoreDead where none of them was kept. Raises StoreBusy
        and StoreDead at once, where they cannot even be queued.
        """
        hand_over(arrivals, done, self._pending, self._writer)

    def pending(self, entity: str) -> datetime | None:
        """When the first of an entity's events that are not yet synced was received; None where none waits."""
        return self._pending.since(entity)

    def kept(self, entity: str) -> bool:
        """Whether the timeline of an entity is in memory, so that `timeline` reads nothing."""
        return self._timelines.get(entity) is not None

    def timeline(self, entity: str) -> Timeline:
        """All that is known of an entity, each event once; empty for one that was never seen."""
        self._follow_history()
        found = self._timelines.get(entity)
        if found is None:
            turn = self._timelines.turn
            found = Timeline(stored.event for stored in self.events(entity))
            self._timelines.put(entity, found, turn)
        return found

    def events(self, entity: str) -> list[StoredEvent]:
        """All stored events of an entity, each once: its history, then its live events in the order of their arrival."""
        if self._suppression.holds(entity):
            return []
        reader = self._readers.mine()
        numbers = self._index.find_owned(reader.live, entity)
        rows = reader.live.execute(_EVENTS, [json.dumps(numbers)]).fetchall() if numbers else []
        live = [to_event(row[2:], row[1]) for row in rows if row[0] == entity]
        both = together(reader.history.events(entity), live, reader.history.fields)
        return [StoredEvent(*event) for event in both]

    def use(self, features: FeatureSet) -> None:
        """Keep what the features of a model read of items, beside what those before it read: they may still answer.

        Those of another time zone may not: `facts` says by whose days it counts, which changes with the tallies.

        The first time may take a while: see `tallying`.

        Raises StoreError where the history was loaded by another clock than theirs.
        """
        before, book = self._book, FactBook((*self._book.used, features), self._tallies)

        def switch() -> None:
            """Of two time zones' days only one is tallied: nobody may read these as the other's."""
            if book.local != before.local:
                self._book = book

        try:
            if features.facts:
                history = self._readers.mine().history
                tally_from_now(
                    features, self._index.tallying, history, self._writer.ask, self._db, self._index, switch
                )
        except BaseException:
            self._book = before
            raise
        self._book = book

    def facts(self, moment: datetime) -> FactsAt:
        """Facts about items as known at the close of the day, or hour, before that of a moment. See `use`."""
        self._follow_history()
        return self._book.at(moment)

    @property
    def fitted(self) -> dict[str, Any] | str | None:
        """The parameters of what was fitted as of the end of the log, or why there are none; None where nothing is."""
        self._follow_history()
        return self._readers.mine().history.fitted

    def erase(self, entity: str) -> None:
        """Erase an entity, to the byte, and drop whatever comes of it later. Returns when it is done.

        Acknowledgements wait meanwhile: both files are written anew. A process that dies goes on at its next start.
        Raises StoreRead where somebody reads the file for seconds: then nothing is answered about it any more, and its
        bytes go once they have finished.
        """
        self._suppression.add(entity)
        self._writer.ask(lambda: note_erasure(self._db, entity))
        once_nobody_reads(partial(self._writer.ask, self._erase_noted))

    def expire(self, before: datetime) -> int:
        """Delete the live events that happened before a moment; return how many. What is tallied of items stays."""
        limit, gone = to_microseconds(before), 0
        self._writer.ask(partial(self._index.merge_tail, self._db))
        start: int | None = 0
        while start is not None:
            some = partial(expire_some, self._db, self._index, limit, start)
            start, expired = self._writer.ask(some)
            gone += expired
        self._timelines.forget_all()
        return gone

    def backup(self, folder: Path) -> BackedUp:
        """Copy what the service has written into an empty folder; see `back_up`. Nothing waits for it."""
        return back_up(self.folder.parent, folder)

    def close(self) -> None:
        """Do what waits, then close. Closing again changes nothing."""
        self._writer.close()
        self._readers.close()
        self._db.close()
        handle, self._held = self._held, None
        if handle is not None:
            os.close(handle)

    def _tallies(self, key: Key) -> list[tuple[Slot, int]]:
        reader = self._readers.mine()
        slots = self._index.find_tallies(reader.live, key)
        add_up(slots, reader.history.tallies(key))
        return list(slots.items())

    def _follow_history(self) -> None:
        if self._readers.changed():
            self._forget_all()

    def _forget_all(self) -> None:
        self._timelines.forget_all()
        self._book.kept.forget_all()

    def _committed(self, adding: Adding) -> None:
        self._timelines.forget({row[1] for row in adding.rows})
        if self._index.tallying.tables:
            self._book.kept.forget(
                {about for row in adding.rows for about in (row[8], row[9]) if about is not None}
            )

    def _erase_noted(self) -> None:
        """Erase what was written down, by this process or another; the writer asks for it now and then."""
        if not noted(self._db) and get_meta(self._db, "rewrite", "0") == "0":
            return
        try:
            erase_noted(self._db, self._index, self.folder)
        finally:  # however far it came: what is kept in memory may hold who was erased
            self._readers.changed(at_once=True)
            self._forget_all()
