"""repeats, live."""

from willbuy.features.algebra import Repeats
from willbuy.features.live.history import History, evaluates


@evaluates(Repeats)
def repeats(feature: Repeats, history: History) -> int:
    """Events with an item minus different items."""
    items = [event.item for event in history.matching(feature) if event.item is not None]
    return len(items) - len(set(items))
