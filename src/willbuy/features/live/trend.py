"""trend, live."""

from willbuy.features.algebra import Trend
from willbuy.features.live.history import History, divide, evaluates


@evaluates(Trend)
def trend(feature: Trend, history: History) -> float | None:
    """Two counts, multiplied out to one division."""
    long, short = feature.scale
    return divide(len(history.matching(feature.top)) * long, len(history.matching(feature.bottom)) * short)
