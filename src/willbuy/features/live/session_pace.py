"""session_pace, live."""

from willbuy.features.algebra import SessionPace
from willbuy.features.live.history import History, divide, evaluates
from willbuy.features.live.session_seconds import session_microseconds


@evaluates(SessionPace)
def session_pace(feature: SessionPace, history: History) -> float | None:
    """The session's microseconds over its steps; one event makes no step."""
    lasted = session_microseconds(history)
    _, first, end = history.session_bounds
    return None if lasted is None else divide(lasted, (end - first - 1) * 1_000_000)
