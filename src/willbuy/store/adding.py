"""Adding events: what becomes of each arrival, and the one transaction that keeps those that are new."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress

from willbuy.store.arrival import Arrival, Outcome
from willbuy.store.hashes import id_hashes
from willbuy.store.index import Index
from willbuy.store.many_rows import insert_rows
from willbuy.store.rows import COLUMNS, Row, to_row

Erased = Callable[[str], bool]

_INSERT = f"INSERT INTO events (seq, {', '.join(COLUMNS)})"

POISON = (ValueError, TypeError, KeyError, OverflowError, AttributeError)
"""What Python raises on a field that cannot be stored. For what SQLite raises see `is_poison`."""


class Adding:
    """The arrivals of one transaction, in order. `outcomes` says what becomes of each; `rows` are those that are added,
    each with its number, and `hashes` the hashes of the ids."""

    def __init__(self, db: sqlite3.Connection, index: Index, erased: Erased | None, after: int) -> None:
        self.outcomes: list[Outcome] = []
        self.rows: list[Row] = []
        self.hashes: dict[str, int] = {}
        self._db, self._index, self._erased = db, index, erased
        self._last = after
        self._ids: dict[str, bytes] = {}  # of this transaction, with their bodies
        self._known: dict[str, list[int]] = {}

    def decide(self, arrivals: Sequence[Arrival]) -> None:
        """Tell new events from known ones. Nothing is written."""
        self._know(arrivals)
        self.outcomes = list(map(self._place, arrivals))

    def write(self) -> None:
        """Insert the new events, within the caller's transaction. Raises what SQLite raises."""
        insert_rows(self._db, _INSERT, self.rows)

    def write_one_by_one(self, arrivals: Sequence[Arrival]) -> None:
        """Decide and insert anew, each by itself, so that one that SQLite refuses takes no other with it."""
        self._know(arrivals)
        for arrival in arrivals:
            outcome = self._place(arrival)
            if outcome is Outcome.STORED and not self._inserted():
                self._take_back(arrival)
                outcome = Outcome.REFUSED
            self.outcomes.append(outcome)

    def _know(self, arrivals: Sequence[Arrival]) -> None:
        given = [arrival.event_id for arrival in arrivals if arrival.event_id is not None]
        try:
            hashes = id_hashes(given)
        except POISON:
            given = [event_id for event_id in given if _is_text(event_id)]
            hashes = id_hashes(given)
        self.hashes = dict(zip(given, hashes, strict=True))
        self._known = self._index.find_ids(self._db, self.hashes)

    def _place(self, arrival: Arrival) -> Outcome:
        entity, _, event_id, body = arrival
        try:
            if self._erased is not None and self._erased(entity):
                return Outcome.SUPPRESSED
            entity.encode()
            if event_id is not None:
                before = self._body_of(event_id)
                if before is not None:
                    return Outcome.DUPLICATE if before == body else Outcome.CONFLICT
                _ = self.hashes[event_id]  # an id that is no text has none
            row = to_row(arrival)
        except POISON:
            return Outcome.REFUSED
        if event_id is not None:
            self._ids[event_id] = body
        self._last += 1
        self.rows.append((self._last, *row))
        return Outcome.STORED

    def _body_of(self, event_id: str) -> bytes | None:
        """The body hash of the event that has the id, of this transaction or stored; or None."""
        if event_id in self._ids:
            return self._ids[event_id]
        if event_id not in self._known:
            return None
        for seq in self._known[event_id]:
            found = self._db.execute("SELECT event_id, body FROM events WHERE seq = ?", [seq]).fetchone()
            if found is not None and found[0] == event_id:
                return bytes(found[1])
        return None

    def _inserted(self) -> bool:
        self._db.execute("SAVEPOINT one")
        try:
            insert_rows(self._db, _INSERT, self.rows[-1:])
        except (*POISON, sqlite3.Error) as error:
            if not is_poison(error):
                raise
            self._db.execute("ROLLBACK TO one")
            return False
        finally:
            with suppress(sqlite3.Error):
                self._db.execute("RELEASE one")
        return True

    def _take_back(self, arrival: Arrival) -> None:
        self.rows.pop()
        self._last -= 1
        if arrival.event_id is not None:
            del self._ids[arrival.event_id]


def is_poison(error: Exception) -> bool:
    """Whether an error of an insert is the fault of the row, not of the file or the disk."""
    of_a_row = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
    return isinstance(error, (*POISON, *of_a_row))


def _is_text(event_id: object) -> bool:
    if not isinstance(event_id, str):
        return False
    with suppress(UnicodeEncodeError):
        event_id.encode()
        return True
    return False
