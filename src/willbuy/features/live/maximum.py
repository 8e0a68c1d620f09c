"""maximum, live."""

from willbuy.features.algebra import Maximum
from willbuy.features.live.history import History, evaluates


@evaluates(Maximum)
def maximum(feature: Maximum, history: History) -> int | None:
    """None where no event has the measure."""
    return max(history.measures(feature, feature.of), default=None)
