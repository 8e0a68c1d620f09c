"""days_since_first, live."""

from willbuy.features.algebra import DaysSinceFirst
from willbuy.features.live.history import History, evaluates


@evaluates(DaysSinceFirst)
def days_since_first(feature: DaysSinceFirst, history: History) -> float | None:
    """From the oldest event to the anchor."""
    stream, first, end = history.bounds(feature)
    return history.days_since(stream.times[first]) if first < end else None
