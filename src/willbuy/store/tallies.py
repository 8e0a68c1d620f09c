"""Events by item and day, of everyone: what facts about items are summed from.

An event is tallied under its item (or category), its kind, the local day (or UTC's hour) on which it happened, and the
first one that begins with it known. The fact of a day sums what was known by then and happened in its span; the
oracle is `willbuy.features.live.item_facts`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from willbuy.durations import HOUR
from willbuy.events.canonical import KINDS
from willbuy.features.algebra import ItemFact
from willbuy.features.local_time import LocalTime
from willbuy.store.moments import to_microseconds, to_moment


class Table(NamedTuple):
    """What is tallied together: `of` items or categories, by day or by hour."""

    of: str
    hourly: bool


TABLES = (Table("item", False), Table("item", True), Table("category", False), Table("category", True))
"""All of them; a table's number in the files is its place here."""

QUARTER = HOUR // 4
_MOST = 100_000

Slot = tuple[int, int, int]
"""A kind's place in KINDS, the day that it happened, the first day that begins with it known."""

Key = tuple[int, str]
"""A table's number, and the item or category."""


class Countable(NamedTuple):
    """What a tally reads of an event; times in microseconds since 1970."""

    time: int
    received: int | None
    kind: int
    item: str | None
    category: str | None


class Clock:
    """The local days and UTC's hours of microseconds, quickly: those of a quarter of an hour are computed once.

    >>> clock = Clock(LocalTime("Europe/Berlin"))
    >>> clock.days(23 * HOUR - 1, 23 * HOUR - 1), clock.days(23 * HOUR, 23 * HOUR)
    ((0, 1, 22, 23), (1, 2, 23, 24))
    """

    def __init__(self, local: LocalTime) -> None:
        self._local = local
        self._found: dict[tuple[int, int], tuple[int, int, int, int]] = {}

    def days(self, time: int, known: int) -> tuple[int, int, int, int]:
        """The day on which an event happened and the first that begins with it known, then the same in hours."""
        quarters = (time // QUARTER, known // QUARTER)
        found = self._found.get(quarters)
        if found is not None:
            return found
        days, hours = (self._day(time), self._day(known)), (time // HOUR, known // HOUR)
        found = (days[0], max(days) + 1, hours[0], max(hours) + 1)
        if all(self._even(quarter) for quarter in quarters):
            if len(self._found) > _MOST:
                self._found.clear()
            self._found[quarters] = found
        return found

    def _day(self, moment: int) -> int:
        return self._local.day(to_moment(moment))

    def _even(self, quarter: int) -> bool:
        """Whether a quarter lies in one local day for certain: its offset stays, and is of whole quarters."""
        first, last = (
            self._local.offset(to_moment(at)) for at in (quarter * QUARTER, (quarter + 1) * QUARTER - 1)
        )
        return first == last and first % QUARTER == 0


class Tallying:
    """Which tables are kept, by which clock."""

    def __init__(self, local: LocalTime, tables: Iterable[Table] = ()) -> None:
        self.local, self.tables = local, tuple(sorted(set(tables), key=TABLES.index))
        self._days = Clock(local).days
        self._columns = [(TABLES.index(table), table.of == "item", table.hourly) for table in self.tables]

    def slots(self, event: Countable) -> list[tuple[Key, Slot]]:
        """Where an event is tallied."""
        time, received, kind, item, category = event
        day, day_known, hour, hour_known = self._days(time, (time if received is None else received) - 1)
        found: list[tuple[Key, Slot]] = []
        for number, of_items, hourly in self._columns:
            about = item if of_items else category
            if about is not None:
                slot = (kind, hour, hour_known) if hourly else (kind, day, day_known)
                found.append(((number, about), slot))
        return found


def tables_of(facts: Iterable[ItemFact]) -> set[Table]:
    """The tables that facts are summed from."""
    return {Table(fact.of, fact.hourly) for fact in facts}


def total(fact: ItemFact, slots: Iterable[tuple[Slot, int]], now: int) -> int:
    """A fact on a day (or in an hour), from the slots of one item with their numbers of events.

    >>> total(ItemFact(("view",), 30), [((0, 10, 11), 2), ((0, 40, 41), 5), ((1, 10, 11), 9)], 40)
    2
    """
    kinds = [KINDS.index(kind) for kind in fact.reads]
    since = now - fact.span
    return sum(
        n for (kind, happened, known), n in slots if known <= now and happened >= since and kind in kinds
    )


def now_of(fact: ItemFact, moment: datetime, local: LocalTime) -> int:
    """The local day, or UTC's hour, of a moment: what a fact closes before."""
    return to_microseconds(moment) // HOUR if fact.hourly else local.day(moment)


def add_up(slots: dict[Slot, int], more: Sequence[tuple[Slot, int]]) -> None:
    """Add numbers of events to those of slots."""
    for slot, n in more:
        slots[slot] = slots.get(slot, 0) + n
