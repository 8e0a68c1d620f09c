"""session_position, live."""

from willbuy.features.algebra import SessionPosition
from willbuy.features.live.history import History, evaluates


@evaluates(SessionPosition)
def session_position(feature: SessionPosition, history: History) -> int | None:
    """An open session has at least one event."""
    _, first, end = history.session_bounds
    return end - first or None
