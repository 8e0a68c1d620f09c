"""total, live."""

from willbuy.features.algebra import Total
from willbuy.features.live.history import History, evaluates


@evaluates(Total)
def total(feature: Total, history: History) -> int:
    """A sum of whole numbers; of none it is 0."""
    return sum(history.measures(feature, feature.of))
