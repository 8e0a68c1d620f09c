"""An entity's events, prepared once and read at any moment."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from willbuy.features.live.event import Event, in_order
from willbuy.features.live.stream import Stream
from willbuy.features.local_time import microseconds

NEVER_LATE = -(1 << 63)


class Timeline:
    """The events of one entity in order, and streams of them by kinds and category; it never changes.

    What it prepares is kept, so that a service caches one timeline a visitor: a window of a stream is found by
    bisecting whole microseconds, and nothing is copied. Threads may share one.

    >>> from datetime import datetime
    >>> timeline = Timeline(Event(datetime(1970, 1, day), "view") for day in (3, 1))
    >>> [event.time.day for event in timeline.add([Event(datetime(1970, 1, 2), "cart")]).events]
    [1, 2, 3]
    >>> timeline.stream(("view",)).times
    [0, 172800000000]
    """

    __slots__ = ("_streams", "known", "whole")

    def __init__(self, events: Iterable[Event] = ()) -> None:
        ordered = sorted(events, key=_order)
        self.whole = Stream(ordered, [microseconds(event.time) for event in ordered])
        self.known = list(accumulate(map(_received, ordered), max))
        self._streams: dict[tuple[tuple[str, ...], str | None], Stream] = {((), None): self.whole}

    def __len__(self) -> int:
        return len(self.whole.times)

    @property
    def events(self) -> list[Event]:
        """All events, in order."""
        return list(self.whole.events)

    @property
    def times(self) -> list[int]:
        """When they happened, in microseconds since 1970."""
        return self.whole.times

    def add(self, events: Iterable[Event]) -> "Timeline":
        """A timeline with more events; this one stays as it is."""
        return Timeline([*self.whole.events, *events])

    def stream(self, kinds: tuple[str, ...] = (), category: str | None = None) -> Stream:
        """The events of some kinds, () for any, and perhaps of one category."""
        found = self._streams.get((kinds, category))
        if found is None:
            chosen = enumerate(self.whole.events)
            places = [
                place
                for place, event in chosen
                if (not kinds or event.kind in kinds) and (category is None or event.category == category)
            ]
            found = self._streams[kinds, category] = self.whole.part(places)
        return found

    def known_at(self, moment: int) -> "Timeline":
        """The events that count at a moment (microseconds): this very timeline, where none before it came later."""
        size = bisect_left(self.whole.times, moment)
        if not size or self.known[size - 1] <= moment:
            return self
        return Timeline(event for event in self.whole.events[:size] if _received(event) <= moment)

    def some(self, places: Iterable[int]) -> "Timeline":
        """A timeline of the events at these places."""
        return Timeline(self.whole.events[place] for place in places)


def _order(event: Event) -> tuple[object, ...]:
    """The order of events; of one moment and kind by the session's text, so that the last is of the greatest."""
    return *in_order(event), event.session or ""


def _received(event: Event) -> int:
    return NEVER_LATE if event.received is None else microseconds(event.received)
