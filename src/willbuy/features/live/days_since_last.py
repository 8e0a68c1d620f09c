"""days_since_last, live."""

from willbuy.features.algebra import DaysSinceLast
from willbuy.features.live.history import History, evaluates


@evaluates(DaysSinceLast)
def days_since_last(feature: DaysSinceLast, history: History) -> float | None:
    """From the newest event to the anchor."""
    stream, first, end = history.bounds(feature)
    return history.days_since(stream.times[end - 1]) if first < end else None
