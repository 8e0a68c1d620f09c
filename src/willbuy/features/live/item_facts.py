"""Facts about items from the events of everyone, in plain Python: the oracle of the table item x day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from willbuy.durations import HOUR
from willbuy.features.algebra import ItemFact
from willbuy.features.live.event import Event
from willbuy.features.local_time import LocalTime, microseconds


def item_facts_at(
    facts: Sequence[ItemFact], events: Iterable[Event], moment: datetime, clock: LocalTime
) -> dict[str, dict[str, int]]:
    """For each item the facts by name, as known at the close of the local day (or the hour) before that of the moment.

    >>> views = [Event(datetime(2015, 5, day, 12), "view", "a") for day in (1, 2, 3)]
    >>> item_facts_at([ItemFact(("view",), 30)], views, datetime(2015, 5, 3, 18), LocalTime())
    {'a': {'count_view_30d': 2}}
    """
    today, this_hour = clock.day(moment), hour_of(moment)
    counters = {fact.name: Counter[str]() for fact in facts}
    for event in events:
        for fact in facts:
            about = event.item if fact.of == "item" else event.category
            if about is None:
                continue
            if fact.hourly:
                closed = first_known_hour(event) <= this_hour
                recent = hour_of(event.time) >= this_hour - fact.span
            else:
                closed = first_known_day(event, clock) <= today
                recent = clock.day(event.time) >= today - fact.span
            if event.kind in fact.reads and closed and recent:
                counters[fact.name][about] += 1
    items = sorted({item for counter in counters.values() for item in counter})
    return {item: {fact.name: counters[fact.name][item] for fact in facts} for item in items}


def first_known_day(event: Event, clock: LocalTime) -> int:
    """The first local day that begins after the event had happened and was received."""
    received = event.time if event.received is None else event.received
    known = clock.day(received - datetime.resolution)
    return max(clock.day(event.time), known) + 1


def first_known_hour(event: Event) -> int:
    """The first hour that begins after the event had happened and was received."""
    received = event.time if event.received is None else event.received
    return max(hour_of(event.time), hour_of(received - datetime.resolution)) + 1


def hour_of(moment: datetime) -> int:
    """The hour, counted from the start of 1970.

    >>> hour_of(datetime(1970, 1, 2, 1, 59))
    25
    """
    return microseconds(moment) // HOUR
