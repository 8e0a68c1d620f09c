"""What an entity did that was known at a moment, in order: a timeline seen from there."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from willbuy.features.algebra import SESSION, Feature, ItemFact, Window, Windowed
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.event import Event
from willbuy.features.live.stream import Stream
from willbuy.features.live.timeline import Timeline
from willbuy.features.local_time import LocalTime, microseconds

F = TypeVar("F", bound=Feature)
Value = int | float | None
DAY = 86_400_000_000.0


class ItemFacts(Protocol):
    """For each item (or category) the facts by name, as known at the close of the day (or hour) before the moment.

    A mapping will do. An item without any has 0.
    """

    def get(self, item: str, /) -> Mapping[str, int] | None:
        """The facts of an item; None where there are none."""


SessionKey = tuple[str | None, datetime]
Bounds = tuple[Stream, int, int]

evaluators: dict[type[Feature], Callable[[Any, "History"], Value]] = {}


def evaluates(kind: type[F]) -> Callable[[Callable[[F, "History"], Value]], Callable[[F, "History"], Value]]:
    """Declare the function that evaluates a class of features on a history."""

    def remember(evaluator: Callable[[F, "History"], Value]) -> Callable[[F, "History"], Value]:
        evaluators[kind] = evaluator
        return evaluator

    return remember


def evaluator_of(kind: type[Feature]) -> Callable[[Any, "History"], Value]:
    """The function that evaluates a class of features, or the nearest class above it."""
    found = next((evaluators[base] for base in kind.__mro__ if base in evaluators), None)
    if found is None:
        raise NotImplementedError(
            f"no live value for {kind.__name__}: declare it with @evaluates({kind.__name__})"
        )
    return found


class History:
    """The visible events of one entity at a moment: all that a feature may read.

    `events` in any order, or a `Timeline` of them. An event is visible where it had happened before the moment and was
    known by then; where that is so of all that had happened, the history is a look at the timeline and copies nothing.
    """

    def __init__(
        self,
        features: FeatureSet,
        events: Timeline | Iterable[Event],
        moment: datetime,
        item_facts: ItemFacts | None = None,
    ) -> None:
        timeline = events if isinstance(events, Timeline) else Timeline(events)
        self.features = features
        self.moment = moment
        self.now = microseconds(moment)
        self.item_facts = item_facts
        self.timeline = timeline.known_at(self.now)
        self.size = bisect_left(self.timeline.whole.times, self.now)

    @property
    def clock(self) -> LocalTime:
        """The shop's clock."""
        return self.features.clock

    @property
    def events(self) -> list[Event]:
        """The visible events, in order."""
        return list(self.timeline.whole.events[: self.size])

    def value(self, feature: Feature) -> Value:
        """The value of a feature."""
        kind = type(feature)
        return (evaluators.get(kind) or evaluator_of(kind))(feature, self)

    def matching(self, feature: Windowed) -> list[Event]:
        """The events that the feature reads, in order."""
        stream, first, end = self.bounds(feature)
        return list(stream.events[first:end])

    def bounds(self, feature: Windowed) -> Bounds:
        """The events that the feature reads as a part of a stream: the stream, the first place, and the one past the last."""
        return self.within(feature.kinds, feature.window, feature.category)

    def within(self, kinds: tuple[str, ...], window: Window, category: str | None = None) -> Bounds:
        """The visible events of some kinds and perhaps one category in a window, as a part of a stream."""
        timeline, start = self.timeline, None
        if window.session:
            timeline, start = self._session
        elif window.span is not None:
            start = self.now - window.span.microseconds
        stream = timeline.stream(kinds, category)
        end = bisect_left(stream.times, self.now)
        return stream, (0 if start is None else bisect_left(stream.times, start, 0, end)), end

    def measures(self, feature: Windowed, of: str) -> list[int]:
        """The prices, pieces or money of the events that the feature reads, in order; those that have one."""
        stream, first, end = self.bounds(feature)
        return [value for value in stream.measures(of)[first:end] if value is not None]

    @cached_property
    def sessions(self) -> dict[Event, SessionKey]:
        """The session of every event: its own id where sessions go by ids, and its first moment."""
        rule, whole = self.features.sessions, self.timeline.whole
        places = whole.sessions(rule)[: self.size]
        return {
            event: (event.session if rule.own_ids else None, whole.events[place].time)
            for event, place in zip(whole.events, places, strict=False)
        }

    @cached_property
    def current_session(self) -> list[Event]:
        """The events of the session that is open at the moment; none where the newest event is a session gap old.

        Where events of one moment and kind are of several sessions, it is that with the greatest id.
        """
        stream, first, end = self.session_bounds
        return list(stream.events[first:end])

    @cached_property
    def session_bounds(self) -> Bounds:
        """The events of the session that is open at the moment, as a part of a stream."""
        return self.within((), SESSION)

    @cached_property
    def open_session(self) -> int | None:
        """The session that is open at the moment, as `Stream.sessions` has it; None where none is."""
        rule, whole = self.features.sessions, self.timeline.whole
        if not self.size or self.now - whole.times[self.size - 1] >= rule.gap.microseconds:
            return None
        return whole.sessions(rule)[self.size - 1]

    @cached_property
    def _session(self) -> tuple[Timeline, int]:
        """A timeline, and the time from which on all of its visible events are of the session that is open.

        That is the entity's own, unless sessions that go by ids overlap in time.
        """
        current, whole = self.open_session, self.timeline.whole
        if current is None:
            return self.timeline, self.now
        start = whole.times[current]
        first = bisect_left(whole.times, start)
        places = whole.sessions(self.features.sessions)[: self.size]
        if places.count(current) == self.size - first:
            return self.timeline, start
        return self.timeline.some(place for place, session in enumerate(places) if session == current), start

    @property
    def last_item(self) -> str | None:
        """The item that was touched last; of one moment and kind the greatest text."""
        return self._last("item")

    @property
    def last_category(self) -> str | None:
        """The category that was touched last; of one moment and kind the greatest text."""
        return self._last("category")

    def _last(self, name: str) -> str | None:
        return self.timeline.whole.newest(name)[self.size - 1] if self.size else None

    def item_fact(self, fact: ItemFact) -> int | None:
        """A fact about the last item, or category; None where none was touched, 0 where nobody had by then."""
        last = self._last(fact.of)
        if last is None:
            return None
        known = None if self.item_facts is None else self.item_facts.get(last)
        return known.get(fact.name, 0) if known else 0

    def days_before(self, moment: datetime) -> float:
        """Days of 24 hours from a moment to the anchor."""
        return self.days_since(microseconds(moment))

    def days_since(self, time: int) -> float:
        """Days of 24 hours from a time in microseconds to the anchor."""
        return float(self.now - time) / DAY


def divide(top: float, bottom: float) -> float | None:
    """One division of doubles; None where nothing stands under the line."""
    return None if bottom == 0 else float(top) / float(bottom)


def smoothed(top: Value, bottom: Value, plus: tuple[float, float]) -> float | None:
    """`divide`, with something added above and below the line; None where a part is."""
    if top is None or bottom is None:
        return None
    return divide(float(top) + float(plus[0]), float(bottom) + float(plus[1]))
