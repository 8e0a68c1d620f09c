"""The indexes of the live events: which event has an id, which are an entity's.

An index that took in each event at once would touch two random pages an event, which is what limits a store of a
million visitors to some 10,000 events a second. So the newest events wait in memory (`tail`); when they are many, they
go into the indexes in the order of these, a few thousand with each commit. A process that dies loses only the tail,
which a start reads again from the events behind the number `merged`; to put an entry in twice changes nothing.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from willbuy.store.database import get_meta, set_meta
from willbuy.store.hashes import id_hashes, owner_hash
from willbuy.store.tail import New, Tail

MERGE_AT = 50_000
STEP = 2_000
PER_EVENT = 3
"""Entries that are merged for each event that is added: more than the two that it brings."""

_TABLES = ("ids", "owners")


class Index:
    """What the writer and the readers ask for the numbers of events."""

    def __init__(self, db: sqlite3.Connection, merge_at: int = MERGE_AT) -> None:
        self.tail, self.frozen = Tail(), Tail()
        self._merge_at = merge_at
        self._entries: list[tuple[str, list[tuple[int, int]]]] = []
        self._done = 0
        for rows in _since(db, int(get_meta(db, "merged", "0"))):
            self.tail.add(rows)

    def add(self, events: Sequence[New]) -> None:
        """Take in events that are committed."""
        self.tail.add(events)

    @property
    def waits(self) -> bool:
        """Whether there is something to merge."""
        return bool(self._entries) or len(self.tail) >= self._merge_at

    def find_ids(
        self, db: sqlite3.Connection, event_ids: Sequence[str], hashes: Sequence[int]
    ) -> dict[str, list[int]]:
        """For each of the ids that may be known the numbers of the events to compare with."""
        found: dict[str, list[int]] = {}
        absent: dict[int, list[str]] = {}
        for event_id, hash_ in zip(event_ids, hashes, strict=True):
            seq = self.tail.ids.get(event_id) or self.frozen.ids.get(event_id)
            if seq:
                found[event_id] = [seq]
            else:
                absent.setdefault(hash_, []).append(event_id)
        for hash_, seq in _with_hashes(db, "ids", list(absent)):
            for event_id in absent[hash_]:
                found.setdefault(event_id, []).append(seq)
        return found

    def find_owned(self, db: sqlite3.Connection, entity: str) -> list[int]:
        """The numbers of the events that may be an entity's, in order. Memory first: a merge between moves them down."""
        found = {*self.tail.owned(entity), *self.frozen.owned(entity)}
        found.update(seq for _, seq in _with_hashes(db, "owners", [owner_hash(entity)]))
        return sorted(found)

    def merge_some(self, db: sqlite3.Connection, added: int) -> int:
        """Put some entries of the tail into the tables, within the caller's transaction; return where that leaves.

        The caller hands the number to `merged` once it has committed.
        """
        if not self._entries:
            self._freeze()
        start = 0
        until = self._done + max(STEP, PER_EVENT * added)
        for table, entries in self._entries:
            rows = entries[max(0, self._done - start) : max(0, until - start)]
            db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)
            start += len(entries)
        if until >= start:
            set_meta(db, "merged", str(self.frozen.last))
        return until

    def merged(self, until: int) -> None:
        """What `merge_some` wrote is committed."""
        self._done = until
        if until >= sum(len(entries) for _, entries in self._entries):
            self.frozen, self._entries, self._done = Tail(), [], 0

    def _freeze(self) -> None:
        self.frozen, self.tail = self.tail, Tail()
        self._entries, self._done = [(table, self.frozen.entries(table)) for table in _TABLES], 0


def _since(db: sqlite3.Connection, merged: int) -> Iterable[list[New]]:
    """The events behind a number, some thousands at a time."""
    rows = db.execute("SELECT seq, entity, event_id FROM events WHERE seq > ? ORDER BY seq", [merged])
    while some := rows.fetchmany(10_000):
        hashes = id_hashes([event_id or "" for _, _, event_id in some])
        yield [New(*row, hash_) for row, hash_ in zip(some, hashes, strict=True)]


def _with_hashes(db: sqlite3.Connection, table: str, hashes: Sequence[int]) -> Iterable[tuple[int, int]]:
    if len(hashes) <= 8:
        for one in hashes:
            yield from db.execute(f"SELECT hash, seq FROM {table} WHERE hash = ?", [one])
        return
    sql = f"SELECT hash, seq FROM {table} WHERE hash IN (SELECT value FROM json_each(?))"
    yield from db.execute(sql, [json.dumps(hashes)])
