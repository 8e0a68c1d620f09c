"""open_carts, live."""

from willbuy.features.algebra import OpenCarts
from willbuy.features.algebra.open_carts import STATES
from willbuy.features.live.event import Event
from willbuy.features.live.history import History, evaluates


@evaluates(OpenCarts)
def open_carts(feature: OpenCarts, history: History) -> int:
    """Items whose newest cart state is a cart that lies in the window."""
    newest: dict[str, Event] = {}
    for event in history.events:
        if event.item is not None and event.kind in STATES:
            newest[event.item] = event
    in_window = set(history.matching(feature))
    return sum(event.kind == "cart" and event in in_window for event in newest.values())
