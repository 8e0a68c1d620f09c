"""A feature set, ready to be evaluated again and again."""

from datetime import datetime
from math import nan

from willbuy.features.feature_set import FeatureSet
from willbuy.features.live.history import History, ItemFacts, Value, evaluator_of
from willbuy.features.live.timeline import Timeline


class Evaluator:
    """The features of entities at moments, in the order of `features.names`.

    `facts` says for each item what was known at the close of the day (or hour) before the moment. Raises
    NotImplementedError where a class of features has no live value.

    >>> from willbuy.features.algebra import Count, DaysSinceLast
    >>> from willbuy.features.live.event import Event
    >>> evaluator = Evaluator(FeatureSet((Count("view", "7d"), DaysSinceLast("cart"))))
    >>> evaluator.values(Timeline([Event(datetime(2015, 5, 9), "view")]), datetime(2015, 5, 10))
    [1.0, nan]
    """

    def __init__(self, features: FeatureSet) -> None:
        self.features = features
        self._plan = [(evaluator_of(type(feature)), feature) for feature in features]

    def values(self, timeline: Timeline, moment: datetime, facts: ItemFacts | None = None) -> list[float]:
        """The row of a model: a float a feature, nan for null."""
        found = self.exact(timeline, moment, facts)
        return [nan if value is None else float(value) for value in found]

    def exact(self, timeline: Timeline, moment: datetime, facts: ItemFacts | None = None) -> list[Value]:
        """The same as the features have them: whole numbers as int, null as None."""
        history = History(self.features, timeline, moment, facts)
        return [evaluate(feature, history) for evaluate, feature in self._plan]

    def named(self, timeline: Timeline, moment: datetime, facts: ItemFacts | None = None) -> dict[str, Value]:
        """`exact` by the features' names."""
        return dict(zip(self.features.names, self.exact(timeline, moment, facts), strict=True))
