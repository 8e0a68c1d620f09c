"""What is asked: the entities of the log's last events, at the moments where a mistake would show."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

Pair = tuple[int, datetime]
Seen = tuple[int, datetime, datetime | None]
"""Entity key, time and time of receipt of an event."""

INSTANT = timedelta(microseconds=1)
EACH = 3
"""Events of one entity that are taken before others have had theirs."""


def last_events(warehouse: "Warehouse", n: int) -> list[Seen]:
    """The `n` events that became known last, newest first."""
    known = 'GREATEST("time", COALESCE("received", "time"))'
    return [
        (key, time, received)
        for key, time, received in warehouse.rows(
            'SELECT "entity_key", "time", "received" FROM "events" '
            f'ORDER BY {known} DESC, "time" DESC, "entity_key" LIMIT {n:d}'
        )
    ]


def pairs_around(events: Iterable[Seen], features: FeatureSet, n: int) -> list[Pair]:
    """At least `n` pairs of an entity and a moment where there are as many, in order: of as many entities as possible."""
    spans, found = spans_of(features), set[Pair]()
    for number, (entity, time, received) in enumerate(_in_turn(events)):
        if len(found) >= n:
            break
        around = moments_around(time, received, spans[number % len(spans)], features.clock)
        found |= {(entity, moment) for moment in around}
    return sorted(found)


def spans_of(features: FeatureSet) -> list[timedelta]:
    """The look-back spans of the features and the session gap, shortest first."""
    lengths = {feature.lookback for feature in features.everything()} | {features.sessions.gap.microseconds}
    return [timedelta(microseconds=length) for length in sorted(length for length in lengths if length)]


def moments_around(
    time: datetime, received: datetime | None, span: timedelta, clock: LocalTime
) -> Iterator[datetime]:
    """Where an event begins and ceases to count.

    Right before it, at it, right after it; the same where it was received later; at the last moment of a window of this
    span and one microsecond on; at the local midnight after it, when facts about items close, and right before.
    """
    yield from (time - INSTANT, time, time + INSTANT)
    if received is not None and received > time:
        yield from (received - INSTANT, received, received + INSTANT)
    yield from (time + span, time + span + INSTANT)
    midnight = _midnight(clock, clock.day(time) + 1)
    yield from (midnight - INSTANT, midnight)


def _in_turn(events: Iterable[Seen]) -> list[Seen]:
    """The events in order, but those of an entity beyond its first few last."""
    taken, first, rest = Counter[int](), list[Seen](), list[Seen]()
    for event in events:
        taken[event[0]] += 1
        (first if taken[event[0]] <= EACH else rest).append(event)
    return [*first, *rest]


@lru_cache(maxsize=10_000)
def _midnight(clock: LocalTime, day: int) -> datetime:
    return clock.midnight(day)
