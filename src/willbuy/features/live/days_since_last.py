"""days_since_last, live."""

from willbuy.features.algebra import DaysSinceLast
from willbuy.features.live.history import History, evaluates


@evaluates(DaysSinceLast)
def days_since_last(feature: DaysSinceLast, history: History) -> float | None:
    """From the newest event to the anchor."""
    events = history.matching(feature)
    return history.days_before(events[-1].time) if events else None
