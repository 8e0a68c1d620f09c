"""last, live."""

from willbuy.features.algebra import Last
from willbuy.features.live.event import in_order
from willbuy.features.live.history import History, evaluates
from willbuy.features.live.measure import measure


@evaluates(Last)
def last(feature: Last, history: History) -> int | None:
    """The measure of the newest event that has one; of one moment and kind the greatest."""
    events = history.matching(feature)
    known = [
        (in_order(event), value) for event in events if (value := measure(feature.of, event)) is not None
    ]
    return max(known)[1] if known else None
