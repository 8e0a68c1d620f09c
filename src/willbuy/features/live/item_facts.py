"""Facts about items from the events of everyone, in plain Python: the oracle of the table item x day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from willbuy.features.algebra import ItemFact
from willbuy.features.live.event import Event
from willbuy.features.local_time import LocalTime


def item_facts_at(
    facts: Sequence[ItemFact], events: Iterable[Event], moment: datetime, clock: LocalTime
) -> dict[str, dict[str, int]]:
    """For each item the facts by name, as known at the close of the local day before that of the moment.

    >>> views = [Event(datetime(2015, 5, day, 12), "view", "a") for day in (1, 2, 3)]
    >>> item_facts_at([ItemFact(("view",), 30)], views, datetime(2015, 5, 3, 18), LocalTime())
    {'a': {'count_view_30d': 2}}
    """
    today = clock.day(moment)
    counters = {fact.name: Counter[str]() for fact in facts}
    for event in events:
        if event.item is None or first_known_day(event, clock) > today:
            continue
        for fact in facts:
            if event.kind in fact.reads and clock.day(event.time) >= today - fact.days:
                counters[fact.name][event.item] += 1
    items = sorted({item for counter in counters.values() for item in counter})
    return {item: {fact.name: counters[fact.name][item] for fact in facts} for item in items}


def first_known_day(event: Event, clock: LocalTime) -> int:
    """The first local day that begins after the event had happened and was received."""
    received = event.time if event.received is None else event.received
    known = clock.day(received - datetime.resolution)
    return max(clock.day(event.time), known) + 1
