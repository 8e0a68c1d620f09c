"""anchor_hour, live."""

from willbuy.features.algebra import AnchorHour
from willbuy.features.live.history import History, evaluates


@evaluates(AnchorHour)
def anchor_hour(feature: AnchorHour, history: History) -> int:
    """The shop's clock."""
    return history.clock.hour(history.moment)
