"""last, live."""

from willbuy.features.algebra import Last
from willbuy.features.live.history import History, evaluates
from willbuy.features.live.measure import known


@evaluates(Last)
def last(feature: Last, history: History) -> int | None:
    """The last known measure in the total order of events."""
    values = known(feature.of, history.matching(feature))
    return values[-1] if values else None
