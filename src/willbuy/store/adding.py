"""Adding events: what becomes of each arrival, and the one transaction that keeps those that are new."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeGuard

from willbuy.store.arrival import Arrival, Outcome
from willbuy.store.index import Index
from willbuy.store.rows import COLUMNS, Row, to_row

_INSERT = f"INSERT INTO events (seq, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"

POISON = (ValueError, TypeError, KeyError, OverflowError, AttributeError)
"""What Python raises on a field that cannot be stored. Others come from SQLite: see `_is_poison`."""

New = tuple[int, str, str | None]
"""An event that is added: its number, its entity, its id."""


class Adding:
    """The arrivals of one transaction, in order. `outcomes` says what becomes of each, `new` which are added."""

    def __init__(
        self, db: sqlite3.Connection, index: Index, erased: Callable[[str], bool], after: int
    ) -> None:
        self.outcomes: list[Outcome] = []
        self.new: list[New] = []
        self.arrivals: list[Arrival] = []
        self._rows: list[Row] = []
        self._db, self._index, self._erased = db, index, erased
        self._last = after
        self._ids: dict[str, bytes] = {}
        self._known: dict[str, list[int]] = {}

    def decide(self, arrivals: Sequence[Arrival]) -> None:
        """Tell new events from known ones. Nothing is written."""
        self._know(arrivals)
        self.outcomes = [self._place(arrival) for arrival in arrivals]

    def write(self) -> None:
        """Insert the new events, within the caller's transaction. Raises what SQLite raises."""
        self._db.executemany(_INSERT, self._rows)

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
        self._known = self._index.find_ids(
            self._db, [i for i in (a.event_id for a in arrivals) if _is_text(i)]
        )

    def _place(self, arrival: Arrival) -> Outcome:
        try:
            if self._erased(arrival.entity):
                return Outcome.SUPPRESSED
            row = to_row(arrival)
            arrival.entity.encode()
            if arrival.event_id is not None:
                arrival.event_id.encode()
                before = self._body_of(arrival.event_id)
                if before is not None:
                    return Outcome.DUPLICATE if before == arrival.body_hash else Outcome.CONFLICT
                self._ids[arrival.event_id] = arrival.body_hash
        except POISON:
            return Outcome.REFUSED
        self._last += 1
        self._rows.append((self._last, *row))
        self.new.append((self._last, arrival.entity, arrival.event_id))
        self.arrivals.append(arrival)
        return Outcome.STORED

    def _body_of(self, event_id: str) -> bytes | None:
        """The body hash of the event that has the id, among those of this transaction and those stored; or None."""
        if event_id in self._ids:
            return self._ids[event_id]
        for seq in self._known.get(event_id, ()):
            found = self._db.execute("SELECT event_id, body FROM events WHERE seq = ?", [seq]).fetchone()
            if found is not None and found[0] == event_id:
                return bytes(found[1])
        return None

    def _inserted(self) -> bool:
        self._db.execute("SAVEPOINT one")
        try:
            self._db.execute(_INSERT, self._rows[-1])
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
        for made in (self._rows, self.new, self.arrivals):
            made.pop()
        self._last -= 1
        if arrival.event_id is not None:
            del self._ids[arrival.event_id]


def is_poison(error: Exception) -> bool:
    """Whether an error of an insert is the fault of the row, not of the file or the disk."""
    row_errors = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
    return isinstance(error, (*POISON, *row_errors))


def _is_text(event_id: object) -> TypeGuard[str]:
    if not isinstance(event_id, str):
        return False
    with suppress(UnicodeEncodeError):
        event_id.encode()
        return True
    return False
