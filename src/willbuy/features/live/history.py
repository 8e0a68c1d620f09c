"""What an entity did that was known at a moment, in order."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from willbuy.features.algebra import Feature, ItemFact, Windowed
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.event import Event, in_order
from willbuy.features.local_time import LocalTime, microseconds

F = TypeVar("F", bound=Feature)
Value = int | float | None
ItemFacts = Mapping[str, Mapping[str, int]]
"""For each item the facts by name, as known at the close of the day before the moment. An item without any has 0."""

SessionKey = tuple[str | None, datetime]

evaluators: dict[type[Feature], Callable[[Any, "History"], Value]] = {}


def evaluates(kind: type[F]) -> Callable[[Callable[[F, "History"], Value]], Callable[[F, "History"], Value]]:
    """Declare the function that evaluates a class of features on a history."""

    def remember(evaluator: Callable[[F, "History"], Value]) -> Callable[[F, "History"], Value]:
        evaluators[kind] = evaluator
        return evaluator

    return remember


class History:
    """The visible events of one entity at a moment: all that a feature may read."""

    def __init__(
        self,
        features: FeatureSet,
        events: Iterable[Event],
        moment: datetime,
        item_facts: ItemFacts | None = None,
    ) -> None:
        self.features = features
        self.moment = moment
        self.item_facts = item_facts or {}
        self.events = sorted((event for event in events if event.visible_at(moment)), key=in_order)

    @property
    def clock(self) -> LocalTime:
        """The shop's clock."""
        return self.features.clock

    def value(self, feature: Feature) -> Value:
        """The value of a feature."""
        evaluator = next((evaluators[kind] for kind in type(feature).__mro__ if kind in evaluators), None)
        if evaluator is None:
            name = type(feature).__name__
            raise NotImplementedError(f"no live value for {name}: declare it with @evaluates({name})")
        return evaluator(feature, self)

    def matching(self, feature: Windowed) -> list[Event]:
        """The events that the feature reads, in order."""
        events = self.current_session if feature.window.session else self.events
        if feature.window.span is not None:
            start = self.moment - timedelta(microseconds=feature.window.span.microseconds)
            events = [event for event in events if event.time >= start]
        if feature.kinds:
            events = [event for event in events if event.kind in feature.kinds]
        if feature.category is not None:
            events = [event for event in events if event.category == feature.category]
        return events

    @cached_property
    def sessions(self) -> dict[Event, SessionKey]:
        """The session of every event: its own id where sessions go by ids, and its first moment."""
        rule = self.features.sessions
        newest: dict[str | None, Event] = {}
        found: dict[Event, SessionKey] = {}
        for event in self.events:
            own = event.session if rule.own_ids else None
            before = newest.get(own)
            opens = (
                before is None
                or microseconds(event.time) - microseconds(before.time) >= rule.gap.microseconds
            )
            found[event] = (own, event.time) if before is None or opens else found[before]
            newest[own] = event
        return found

    @cached_property
    def current_session(self) -> list[Event]:
        """The events of the session that is open at the moment; none where the newest event is a session gap old.

        Where events of one moment and kind are of several sessions, it is that with the greatest id.
        """
        if not self.events:
            return []
        last = max(self.events, key=lambda event: (in_order(event), event.session or ""))
        if microseconds(self.moment) - microseconds(last.time) >= self.features.sessions.gap.microseconds:
            return []
        return [event for event in self.events if self.sessions[event] == self.sessions[last]]

    @cached_property
    def last_item(self) -> str | None:
        """The item that was touched last; of one moment and kind the greatest text."""
        touched = [(in_order(event), event.item) for event in self.events if event.item is not None]
        return max(touched)[1] if touched else None

    @cached_property
    def last_category(self) -> str | None:
        """The category that was touched last; of one moment and kind the greatest text."""
        touched = [(in_order(event), event.category) for event in self.events if event.category is not None]
        return max(touched)[1] if touched else None

    def item_fact(self, fact: ItemFact) -> int | None:
        """A fact about the last item, or category; None where none was touched, 0 where nobody had by then."""
        last = self.last_item if fact.of == "item" else self.last_category
        return None if last is None else self.item_facts.get(last, {}).get(fact.name, 0)

    def days_before(self, moment: datetime) -> float:
        """Days of 24 hours from a moment to the anchor."""
        return float(microseconds(self.moment) - microseconds(moment)) / 86_400_000_000.0


def divide(top: float, bottom: float) -> float | None:
    """One division of doubles; None where nothing stands under the line."""
    return None if bottom == 0 else float(top) / float(bottom)


def smoothed(top: Value, bottom: Value, plus: tuple[float, float]) -> float | None:
    """`divide`, with something added above and below the line; None where a part is."""
    if top is None or bottom is None:
        return None
    return divide(float(top) + float(plus[0]), float(bottom) + float(plus[1]))
