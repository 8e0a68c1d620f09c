"""total, live."""

from willbuy.features.algebra import Total
from willbuy.features.live.history import History, evaluates
from willbuy.features.live.measure import known


@evaluates(Total)
def total(feature: Total, history: History) -> int:
    """A sum of whole numbers; of none it is 0."""
    return sum(known(feature.of, history.matching(feature)))
