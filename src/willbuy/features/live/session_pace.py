"""session_pace, live."""

from willbuy.features.algebra import SessionPace
from willbuy.features.live.history import History, divide, evaluates
from willbuy.features.live.session_seconds import session_microseconds


@evaluates(SessionPace)
def session_pace(feature: SessionPace, history: History) -> float | None:
    """The session's microseconds over its steps; one event makes no step."""
    session = history.current_session
    return divide(session_microseconds(history), (len(session) - 1) * 1_000_000) if session else None
