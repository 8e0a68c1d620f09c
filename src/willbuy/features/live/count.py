"""count, live."""

from willbuy.features.algebra import Count
from willbuy.features.live.history import History, evaluates


@evaluates(Count)
def count(feature: Count, history: History) -> int:
    """How many events."""
    _, first, end = history.bounds(feature)
    return end - first
