"""count, live."""

from willbuy.features.algebra import Count
from willbuy.features.live.history import History, evaluates


@evaluates(Count)
def count(feature: Count, history: History) -> int:
    """How many events."""
    return len(history.matching(feature))
