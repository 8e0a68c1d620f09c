"""Live: the algebra evaluated for one entity at one moment, in plain Python. The oracle of every other engine."""

from collections.abc import Iterable
from datetime import datetime

from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import count, days_since_first, days_since_last, distinct, ratio
from willbuy.features.live.event import Event
from willbuy.features.live.history import History, ItemFacts, Value

__all__ = [
    "Event",
    "History",
    "count",
    "days_since_first",
    "days_since_last",
    "distinct",
    "evaluate",
    "ratio",
]


def evaluate(
    features: FeatureSet, events: Iterable[Event], moment: datetime, item_facts: ItemFacts | None = None
) -> dict[str, Value]:
    """The features of one entity at a moment, by name, from its events in any order.

    Events that had not happened before the moment, or were not known by then, are passed over.

    >>> from willbuy.features.algebra import Count
    >>> seen = [Event(datetime(2015, 5, 1), "view"), Event(datetime(2015, 5, 9), "view"), Event(datetime(2015, 5, 10), "view")]
    >>> evaluate(FeatureSet((Count("view", "7d"),)), seen, datetime(2015, 5, 10))
    {'count_view_7d': 1}
    """
    history = History(features, events, moment, item_facts)
    return {feature.name: history.value(feature) for feature in features}
