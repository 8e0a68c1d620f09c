"""last, live."""

from willbuy.features.algebra import Last
from willbuy.features.live.event import in_order
from willbuy.features.live.history import History, evaluates


@evaluates(Last)
def last(feature: Last, history: History) -> int | None:
    """The measure of the newest event that has one; of one moment and kind the greatest."""
    stream, first, end = history.bounds(feature)
    values = stream.measures(feature.of)
    found, since = None, None
    for place in range(end - 1, first - 1, -1):
        value, order = values[place], in_order(stream.events[place])
        if found is not None and order != since:
            break
        if value is not None:
            found, since = value if found is None else max(found, value), order
    return found
