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
from willbuy.store.hashes import short_hash
from willbuy.store.tail import Tail

MERGE_AT = 50_000
STEP = 2_000
PER_EVENT = 3
"""Entries that are merged for each event that is added: more than the two that it brings."""


class Index:
    """What the writer and the readers ask for the numbers of events."""

    def __init__(self, db: sqlite3.Connection, merge_at: int = MERGE_AT) -> None:
        self.tail, self.frozen = Tail(), Tail()
        self._merge_at = merge_at
        self._entries: list[tuple[str, int, int]] = []
        self._done = 0
        merged = int(get_meta(db, "merged", "0"))
        self.tail.add(
            db.execute("SELECT seq, entity, event_id FROM events WHERE seq > ? ORDER BY seq", [merged])
        )

    def add(self, events: Iterable[tuple[int, str, str | None]]) -> None:
        """Take in events that are committed."""
        self.tail.add(events)

    @property
    def waits(self) -> bool:
        """Whether there is something to merge."""
        return bool(self._entries) or len(self.tail) >= self._merge_at

    def find_ids(self, db: sqlite3.Connection, event_ids: Sequence[str]) -> dict[str, list[int]]:
        """For each of the ids that may be known the numbers of the events to compare with."""
        found = {i: [seq] for i in event_ids if (seq := self.tail.ids.get(i) or self.frozen.ids.get(i))}
        hashes: dict[int, list[str]] = {}
        for event_id in event_ids:
            if event_id not in found:
                hashes.setdefault(short_hash(event_id), []).append(event_id)
        for hash_, seq in _with_hashes(db, "ids", list(hashes)):
            for event_id in hashes[hash_]:
                found.setdefault(event_id, []).append(seq)
        return found

    def find_owned(self, db: sqlite3.Connection, entity: str) -> list[int]:
        """The numbers of the events that may be an entity's, in order. Memory first: a merge between moves them down."""
        found = set(self.tail.owners.get(entity, ())) | set(self.frozen.owners.get(entity, ()))
        found.update(seq for _, seq in _with_hashes(db, "owners", [short_hash(entity)]))
        return sorted(found)

    def merge_some(self, db: sqlite3.Connection, added: int) -> int:
        """Put some entries of the tail into the tables, within the caller's transaction; return where that leaves.

        The caller hands the number to `merged` once it has committed.
        """
        if not self._entries:
            self._freeze()
        until = min(self._done + max(STEP, PER_EVENT * added), len(self._entries))
        for table in ("ids", "owners"):
            rows = [(hash_, seq) for at, hash_, seq in self._entries[self._done : until] if at == table]
            db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)
        if until == len(self._entries):
            set_meta(db, "merged", str(self.frozen.last))
        return until

    def merged(self, until: int) -> None:
        """What `merge_some` wrote is committed."""
        self._done = until
        if self._entries and until == len(self._entries):
            self.frozen, self._entries, self._done = Tail(), [], 0

    def _freeze(self) -> None:
        self.frozen, self.tail = self.tail, Tail()
        self._entries, self._done = self.frozen.entries(), 0


def _with_hashes(db: sqlite3.Connection, table: str, hashes: Sequence[int]) -> Iterable[tuple[int, int]]:
    if len(hashes) <= 8:
        for one in hashes:
            yield from db.execute(f"SELECT hash, seq FROM {table} WHERE hash = ?", [one])
        return
    sql = f"SELECT hash, seq FROM {table} WHERE hash IN (SELECT value FROM json_each(?))"
    yield from db.execute(sql, [json.dumps(hashes)])
