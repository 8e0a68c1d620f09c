"""mean, live."""

from willbuy.features.algebra import Mean
from willbuy.features.live.history import History, divide, evaluates


@evaluates(Mean)
def mean(feature: Mean, history: History) -> float | None:
    """One division of two whole numbers."""
    values = history.measures(feature, feature.of)
    return divide(sum(values), len(values))
