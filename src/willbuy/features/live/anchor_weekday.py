"""anchor_weekday, live."""

from willbuy.features.algebra import AnchorWeekday
from willbuy.features.live.history import History, evaluates


@evaluates(AnchorWeekday)
def anchor_weekday(feature: AnchorWeekday, history: History) -> int:
    """The shop's clock."""
    return history.clock.weekday(history.moment)
