"""maximum, live."""

from willbuy.features.algebra import Maximum
from willbuy.features.live.history import History, evaluates
from willbuy.features.live.measure import known


@evaluates(Maximum)
def maximum(feature: Maximum, history: History) -> int | None:
    """None where no event has the measure."""
    return max(known(feature.of, history.matching(feature)), default=None)
