"""trend, live."""

from willbuy.features.algebra import Trend
from willbuy.features.live.history import History, divide, evaluates


@evaluates(Trend)
def trend(feature: Trend, history: History) -> float | None:
    """Two counts, multiplied out to one division."""
    long, short = feature.scale
    _, recent, end = history.bounds(feature.top)
    _, first, _ = history.bounds(feature.bottom)
    return divide((end - recent) * long, (end - first) * short)
