"""gap, live."""

from willbuy.features.algebra import Gap
from willbuy.features.live.active_days import days_of
from willbuy.features.live.history import History, divide, evaluates


@evaluates(Gap)
def gap(feature: Gap, history: History) -> float | None:
    """The days from first to last over the steps between them."""
    days = days_of(feature, history)
    return divide(max(days) - min(days), len(days) - 1) if days else None
