"""count, live."""

from willbuy.features.algebra.count import Count
from willbuy.features.live.history import History, evaluates


@evaluates(Count)
def count(feature: Count, history: History) -> int:
    return len(history.matching(feature))
