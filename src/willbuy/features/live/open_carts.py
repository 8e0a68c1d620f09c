"""open_carts, live."""

from willbuy.features.algebra import OpenCarts
from willbuy.features.algebra.window import EVER
from willbuy.features.live.history import History, evaluates


@evaluates(OpenCarts)
def open_carts(feature: OpenCarts, history: History) -> int:
    """Items whose newest cart state is a cart that lies in the window."""
    stream, _, end = history.within(feature.kinds, EVER)
    newest = dict(zip(stream.field("item")[:end], range(end), strict=True))
    newest.pop(None, None)
    kinds = stream.field("kind")
    carts = [place for place in newest.values() if kinds[place] == "cart"]
    if feature.window.session:
        sessions, current = stream.sessions(history.features.sessions), history.open_session
        return sum(sessions[place] == current for place in carts)
    _, first, _ = history.bounds(feature)
    return sum(place >= first for place in carts)
