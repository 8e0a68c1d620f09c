"""What an entity did that was known at a moment, in order."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from willbuy.features.algebra.feature import Feature, Windowed
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.event import Event, total_order
from willbuy.features.local_time import microseconds

F = TypeVar("F", bound=Feature)
Value = int | float | None
ItemFacts = Mapping[str, Mapping[str, int]]

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
        self.events = sorted((event for event in events if event.visible_at(moment)), key=total_order)

    def value(self, feature: Feature) -> Value:
        """The value of a feature."""
        evaluator = next((evaluators[kind] for kind in type(feature).__mro__ if kind in evaluators), None)
        if evaluator is None:
            raise NotImplementedError(
                f"no live value for {type(feature).__name__}: declare it with @evaluates"
            )
        return evaluator(feature, self)

    def matching(self, feature: Windowed) -> list[Event]:
        """The events that the feature reads, in order."""
        return [
            event
            for event in self.events
            if (not feature.kinds or event.kind in feature.kinds)
            and (feature.category is None or event.category == feature.category)
            and (
                feature.window.span is None
                or event.time >= self.moment - timedelta(microseconds=feature.window.span.microseconds)
            )
        ]

    def days_before(self, moment: datetime) -> float:
        """Days of 24 hours from a moment to the anchor."""
        return (microseconds(self.moment) - microseconds(moment)) / 86_400_000_000


def divide(top: float, bottom: float) -> float | None:
    """One division of doubles; None where nothing stands under the line."""
    return None if bottom == 0 else float(top) / float(bottom)
