"""days_since_first, live."""

from willbuy.features.algebra import DaysSinceFirst
from willbuy.features.live.history import History, evaluates


@evaluates(DaysSinceFirst)
def days_since_first(feature: DaysSinceFirst, history: History) -> float | None:
    """From the oldest event to the anchor."""
    events = history.matching(feature)
    return history.days_before(events[0].time) if events else None
