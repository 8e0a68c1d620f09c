"""mean, live."""

from willbuy.features.algebra import Mean
from willbuy.features.live.history import History, divide, evaluates
from willbuy.features.live.measure import known


@evaluates(Mean)
def mean(feature: Mean, history: History) -> float | None:
    """One division of two whole numbers."""
    values = known(feature.of, history.matching(feature))
    return divide(sum(values), len(values))
