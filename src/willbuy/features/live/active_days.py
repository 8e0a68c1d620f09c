"""active_days, live."""

from willbuy.features.algebra import ActiveDays
from willbuy.features.algebra.feature import Windowed
from willbuy.features.live.history import History, evaluates


@evaluates(ActiveDays)
def active_days(feature: ActiveDays, history: History) -> int:
    """How many local days."""
    return len(days_of(feature, history))


def days_of(feature: Windowed, history: History) -> set[int]:
    """The local days of the events that the feature reads."""
    stream, first, end = history.bounds(feature)
    return set(stream.days(history.clock)[first:end])
