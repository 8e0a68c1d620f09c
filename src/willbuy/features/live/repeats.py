"""repeats, live."""

from willbuy.features.algebra import Repeats
from willbuy.features.live.history import History, evaluates


@evaluates(Repeats)
def repeats(feature: Repeats, history: History) -> int:
    """Events with an item minus different items."""
    stream, first, end = history.bounds(feature)
    items = [item for item in stream.field("item")[first:end] if item is not None]
    return len(items) - len(set(items))
