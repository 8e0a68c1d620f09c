"""Live: the algebra evaluated for one entity at one moment, in plain Python. The oracle of every other engine."""

from collections.abc import Iterable
from datetime import datetime

from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import (
    active_days,
    anchor_hour,
    anchor_weekday,
    count,
    days_since_first,
    days_since_last,
    decayed,
    distinct,
    gap,
    item_conversion,
    item_popularity,
    last,
    maximum,
    mean,
    open_carts,
    ratio,
    repeats,
    session_pace,
    session_position,
    session_seconds,
    sessions,
    total,
    trend,
)
from willbuy.features.live.evaluator import Evaluator
from willbuy.features.live.event import Event
from willbuy.features.live.history import History, ItemFacts, Value, evaluates
from willbuy.features.live.timeline import Timeline

__all__ = [
    "Evaluator",
    "Event",
    "History",
    "ItemFacts",
    "Timeline",
    "active_days",
    "anchor_hour",
    "anchor_weekday",
    "count",
    "days_since_first",
    "days_since_last",
    "decayed",
    "distinct",
    "evaluate",
    "evaluates",
    "gap",
    "item_conversion",
    "item_popularity",
    "last",
    "maximum",
    "mean",
    "open_carts",
    "ratio",
    "repeats",
    "session_pace",
    "session_position",
    "session_seconds",
    "sessions",
    "total",
    "trend",
]


def evaluate(
    features: FeatureSet, events: Iterable[Event], moment: datetime, item_facts: ItemFacts | None = None
) -> dict[str, Value]:
    """The features of one entity at a moment, by name, from its events in any order.

    Events that had not happened before the moment, or were not known by then, are passed over. `item_facts` says for
    each item what was known at the close of the day before. Who asks often keeps a `Timeline` and an `Evaluator`.

    >>> from willbuy.features.algebra import Count
    >>> days = (1, 9, 10)
    >>> seen = [Event(datetime(2015, 5, day), "view") for day in days]
    >>> evaluate(FeatureSet((Count("view", "7d"),)), seen, datetime(2015, 5, 10))
    {'count_view_7d': 1}
    """
    return Evaluator(features).named(Timeline(events), moment, item_facts)
