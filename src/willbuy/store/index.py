"""The indexes of the live events: which event has an id, which are an entity's, how many an item has by day.

An index that took in each event at once would touch two random pages an event, which is what limits a store of a
million visitors to some 10,000 events a second. So the newest events wait in memory (`tail`); when they are many, they
go into the indexes in the order of these, a few thousand with each commit. How far that went is committed with it, so a
process that dies goes on from there: a start reads the events that are not merged, and makes the same entries again.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from willbuy.store.database import get_meta, set_meta
from willbuy.store.hashes import id_hashes, owner_hash
from willbuy.store.many_rows import insert_rows
from willbuy.store.rows import COLUMNS, Row, countable
from willbuy.store.tail import Tail
from willbuy.store.tallies import Key, Slot, Tallying, add_up

MERGE_AT = 20_000
STEP = 2_000
PER_EVENT = 4
"""Entries that are merged for each event that is added: more than an event brings on the whole."""

_NO_END = 1 << 62
_TALLIES = 'SELECT kind, happened, known, n FROM tallies WHERE "table" = ? AND "key" = ?'
TALLY = ("INSERT INTO tallies", "ON CONFLICT DO UPDATE SET n = n + excluded.n")
"""Adds rows of tallies to those that are there."""

_INSERTS = (("INSERT OR IGNORE INTO ids", ""), ("INSERT OR IGNORE INTO owners", ""), TALLY)


class Index:
    """What the writer and the readers ask for the numbers of events. `tallying` says what is counted by item."""

    def __init__(self, db: sqlite3.Connection, tallying: Tallying, merge_at: int = MERGE_AT) -> None:
        self.tallying = tallying
        self._merge_at = merge_at
        self.read(db)

    def read(self, db: sqlite3.Connection) -> None:
        """Make the tail from the events that are not merged.

        Made beside, then put in place: whoever reads meanwhile finds every event in the old one or in the new.
        """
        merged, until, done = self._merge_as_of(db)
        tail, frozen = Tail(), Tail()
        if until > merged:
            self._read_into(frozen, db, merged, until)
            frozen.freeze()
        else:
            until, done = merged, 0
        self._read_into(tail, db, until, _NO_END)
        self.frozen, self.tail, self._done = frozen, tail, done

    def last(self, db: sqlite3.Connection) -> int:
        """The greatest number that an event has or had: numbers are never given twice."""
        return max(
            self.tail.last, self.frozen.last, *(int(get_meta(db, key, "0")) for key in ("merged", "last"))
        )

    def add(self, rows: Sequence[Row], hashes: Mapping[str, int]) -> None:
        """Take in events that are committed, by their rows and the hashes of their ids."""
        self._add(self.tail, rows, hashes)

    @property
    def waits(self) -> bool:
        """Whether there is something to merge."""
        return bool(self.frozen.frozen) or len(self.tail) >= self._merge_at

    def find_ids(self, db: sqlite3.Connection, hashes: Mapping[str, int]) -> dict[str, list[int]]:
        """For each of the ids (with their hashes) that may be known, the numbers of the events to compare with."""
        tail, frozen = self.tail.ids, self.frozen.ids
        found = {i: [seq] for i in hashes if (seq := tail.get(i) or frozen.get(i))}
        absent = {i: hash_ for i, hash_ in hashes.items() if i not in found} if found else hashes
        stored: dict[int, list[int]] = {}
        for hash_, seq in _with_hashes(db, list(absent.values())):
            stored.setdefault(hash_, []).append(seq)
        if stored:
            found |= {i: stored[hash_] for i, hash_ in absent.items() if hash_ in stored}
        return found

    def find_owned(self, db: sqlite3.Connection, entity: str) -> list[int]:
        """The numbers of the events that may be an entity's, in order. Memory first: a merge between moves them down."""
        found = {*self.tail.owned(entity), *self.frozen.owned(entity)}
        found.update(
            seq for (seq,) in db.execute("SELECT seq FROM owners WHERE hash = ?", [owner_hash(entity)])
        )
        return sorted(found)

    def find_tallies(self, db: sqlite3.Connection, key: Key) -> dict[Slot, int]:
        """The slots of an item, or category, with their numbers of events."""
        tails = [self.tail, self.frozen]
        db.execute("BEGIN")  # how far the merge went and what it wrote, as of one moment
        try:
            merge = self._merge_as_of(db)
            slots = {(kind, happened, known): n for kind, happened, known, n in db.execute(_TALLIES, key)}
        finally:
            db.execute("COMMIT")
        for tail in {id(tail): tail for tail in tails}.values():
            add_up(slots, tail.unmerged(key, *merge))
        return slots

    def merge_some(self, db: sqlite3.Connection, added: int) -> int:
        """Put some entries of the tail into the tables, within the caller's transaction; return where that leaves.

        The caller hands the number to `merged` once it has committed.
        """
        if not self.frozen.frozen:
            self._freeze()
        until = min(self._done + max(STEP, PER_EVENT * added), self.frozen.size)
        for (insert, on_conflict), rows in zip(_INSERTS, self.frozen.entries(self._done, until), strict=True):
            insert_rows(db, insert, rows, on_conflict)
        set_meta(db, "merging", str(self.frozen.last))
        set_meta(db, "merging_done", str(until))
        if until == self.frozen.size:
            set_meta(db, "merged", str(self.frozen.last))
        return until

    def merged(self, until: int) -> None:
        """What `merge_some` wrote is committed."""
        self._done = until
        if until == self.frozen.size:
            self.frozen, self._done = Tail(), 0

    def merge_all(self, db: sqlite3.Connection) -> None:
        """End a merge that has begun. Its place is counted in entries, so no event may go before it has ended."""
        while self.frozen.frozen:
            db.execute("BEGIN IMMEDIATE")
            until = self.merge_some(db, 0)
            db.execute("COMMIT")
            self.merged(until)

    def merge_tail(self, db: sqlite3.Connection) -> None:
        """Merge all that is in memory, however little: what expires must be merged."""
        self.merge_all(db)
        if len(self.tail):
            self._freeze()
            self.merge_all(db)

    def _freeze(self) -> None:
        self.tail.freeze()
        self.frozen, self.tail, self._done = self.tail, Tail(), 0

    def _merge_as_of(self, db: sqlite3.Connection) -> tuple[int, int, int]:
        merged, merging, done = (int(get_meta(db, key, "0")) for key in ("merged", "merging", "merging_done"))
        return merged, merging, done

    def _read_into(self, tail: Tail, db: sqlite3.Connection, after: int, until: int) -> None:
        sql = f"SELECT seq, {', '.join(COLUMNS)} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"
        rows = db.execute(sql, [after, until])
        while some := rows.fetchmany(10_000):
            ids = [row[2] for row in some if row[2] is not None]
            self._add(tail, some, dict(zip(ids, id_hashes(ids), strict=True)))

    def _add(self, tail: Tail, rows: Sequence[Row], hashes: Mapping[str, int]) -> None:
        if self.tallying.tables:
            slots = self.tallying.slots
            tail.tally(found for row in rows for found in slots(countable(row)))
        tail.add(rows, hashes)


def _with_hashes(db: sqlite3.Connection, hashes: Sequence[int]) -> Iterable[tuple[int, int]]:
    if len(hashes) <= 8:
        for one in hashes:
            yield from db.execute("SELECT hash, seq FROM ids WHERE hash = ?", [one])
        return
    sql = "SELECT hash, seq FROM ids WHERE hash IN (SELECT value FROM json_each(?))"
    yield from db.execute(sql, [json.dumps(hashes)])
