"""Events by item and day, of everyone: what facts about items are summed from.

An event is tallied under its item (or category), its kind, the local day (or UTC's hour) on which it happened, and the
first one that begins with it known. The fact of a day sums what was known by then and happened in its span; the
oracle is `willbuy.features.live.item_facts`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from willbuy.durations import DAY, HOUR
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
    """The local day of microseconds, quickly: the offset of an hour is asked for once.

    >>> clock = Clock(LocalTime("Europe/Berlin"))
    >>> clock.day(23 * HOUR - 1), clock.day(23 * HOUR)
    (0, 1)
    """

    def __init__(self, local: LocalTime) -> None:
        self.local = local
        self._offsets: dict[int, int | None] = {}

    def day(self, moment: int) -> int:
        """The local day, counted from 1970-01-01."""
        hour = moment // HOUR
        offset = self._offsets.get(hour, -1)
        if offset == -1:
            offset = self._offset(hour)
        if offset is None:
            return self.local.day(to_moment(moment))
        return (moment + offset) // DAY

    def _offset(self, hour: int) -> int | None:
        """The offset all through an hour; None where it changes within."""
        first, last = (self.local.offset(to_moment(at)) for at in (hour * HOUR, (hour + 1) * HOUR - 1))
        if len(self._offsets) > 100_000:
            self._offsets.clear()
        self._offsets[hour] = first if first == last else None
        return self._offsets[hour]


class Tallying:
    """Which tables are kept, by which clock."""

    def __init__(self, local: LocalTime, tables: Iterable[Table] = ()) -> None:
        self.local, self.tables = local, tuple(sorted(set(tables), key=TABLES.index))
        self._clock = Clock(local)

    def slots(self, event: Countable) -> Iterator[tuple[Key, Slot]]:
        """Where an event is tallied."""
        time, received, kind, *_ = event
        known = (time if received is None else received) - 1
        for table in self.tables:
            key = event.item if table.of == "item" else event.category
            if key is None:
                continue
            if table.hourly:
                happened, closed = time // HOUR, known // HOUR
            else:
                happened, closed = self._clock.day(time), self._clock.day(known)
            yield (TABLES.index(table), key), (kind, happened, max(happened, closed) + 1)


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
