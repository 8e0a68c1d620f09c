"""Some of an entity's events in order, and what features ask of them as columns."""

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter
from typing import Any

from willbuy.features.live.event import Event, in_order
from willbuy.features.live.measure import measure
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule

Make = Callable[[], list[Any]]


class Stream:
    """Events in order with their times (microseconds since 1970) and columns, an entry an event.

    A column is made when it is first asked for, and kept. A part of another stream, its events at `places`, picks its
    columns out of that one's. Nothing here depends on the moment at which it is read: of any event a column says only
    what it and the events before it hold.

    >>> from datetime import datetime
    >>> seen = [Event(datetime(1970, 1, day), "view", item) for day, item in ((1, "a"), (2, None))]
    >>> stream = Stream(seen, [0, 86_400_000_000])
    >>> stream.field("item"), stream.newest("item"), stream.days(LocalTime()), stream.sessions(SessionRule())
    (['a', None], ['a', 'a'], [0, 1], [0, 1])
    """

    __slots__ = ("_columns", "_places", "_whole", "events", "times")

    def __init__(
        self,
        events: Sequence[Event],
        times: list[int],
        whole: "Stream | None" = None,
        places: Sequence[int] = (),
    ) -> None:
        self.events = events
        self.times = times
        self._whole = whole
        self._places = places
        self._columns: dict[Hashable, list[Any]] = {}

    def part(self, places: Sequence[int]) -> "Stream":
        """The events at these places, in order."""
        events, times = self.events, self.times
        return Stream([events[place] for place in places], [times[place] for place in places], self, places)

    def field(self, name: str) -> list[Any]:
        """A field of the canonical event, such as `item`."""
        found = self._columns.get(name)
        return found or self._column(name, lambda whole: [*map(attrgetter(name), whole.events)])

    def measures(self, of: str) -> list[int | None]:
        """The price, the pieces or the money of each event."""
        key = ("measure", of)
        found = self._columns.get(key)
        return found or self._column(key, lambda whole: [measure(of, event) for event in whole.events])

    def days(self, clock: LocalTime) -> list[int]:
        """The local day of each event, counted from 1970-01-01."""
        key = ("day", clock.zone)
        found = self._columns.get(key)
        return found or self._column(key, lambda whole: [clock.day(event.time) for event in whole.events])

    def sessions(self, rule: SessionRule) -> list[int]:
        """The session of each event: the place of its first event among all of the entity."""
        key = (rule.gap.microseconds, rule.own_ids)
        found = self._columns.get(key)
        return found or self._column(key, lambda whole: _sessions(whole, rule))

    def newest(self, name: str) -> list[str | None]:
        """The newest known text of a field, up to and with each event; of one moment and kind the greatest so far."""
        key = ("newest", name)
        found = self._columns.get(key)
        return found or self._column(key, lambda whole: _newest(whole.events, name))

    def _column(self, key: Hashable, make: Callable[["Stream"], list[Any]]) -> list[Any]:
        if self._whole is None:
            column = make(self)
        else:
            column = self._whole._columns.get(key) or self._whole._column(key, make)
            column = [column[place] for place in self._places]
        self._columns[key] = column
        return column


def _sessions(stream: Stream, rule: SessionRule) -> list[int]:
    newest: dict[str | None, tuple[int, int]] = {}  # by own id: when its newest event was, and its session
    found = []
    for place, (event, time) in enumerate(zip(stream.events, stream.times, strict=True)):
        own = event.session if rule.own_ids else None
        before = newest.get(own)
        opens = before is None or time - before[0] >= rule.gap.microseconds
        session = place if before is None or opens else before[1]
        newest[own] = (time, session)
        found.append(session)
    return found


def _newest(events: Sequence[Event], name: str) -> list[str | None]:
    read = attrgetter(name)
    found: list[str | None] = []
    newest, since = None, None
    for event in events:
        value = read(event)
        if value is not None:
            newest = max(newest, value) if newest is not None and in_order(event) == since else value
            since = in_order(event)
        found.append(newest)
    return found
