"""ratio, live."""

from willbuy.features.algebra import Ratio
from willbuy.features.live.history import History, evaluates, smoothed


@evaluates(Ratio)
def ratio(feature: Ratio, history: History) -> float | None:
    """One division of doubles."""
    return smoothed(
        history.value(feature.top), history.value(feature.bottom), (feature.add_top, feature.add_bottom)
    )
