"""ratio, live."""

from willbuy.features.algebra.ratio import Ratio
from willbuy.features.live.history import History, divide, evaluates


@evaluates(Ratio)
def ratio(feature: Ratio, history: History) -> float | None:
    top, bottom = history.value(feature.top), history.value(feature.bottom)
    if top is None or bottom is None:
        return None
    return divide(float(top) + float(feature.add_top), float(bottom) + float(feature.add_bottom))
