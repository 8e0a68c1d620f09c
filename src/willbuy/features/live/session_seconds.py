"""session_seconds, live."""

from willbuy.features.algebra import SessionSeconds
from willbuy.features.live.history import History, divide, evaluates
from willbuy.features.local_time import microseconds


@evaluates(SessionSeconds)
def session_seconds(feature: SessionSeconds, history: History) -> float | None:
    """One division of whole microseconds."""
    return divide(session_microseconds(history), 1_000_000) if history.current_session else None


def session_microseconds(history: History) -> int:
    """Whole microseconds from the first to the last event of the current session."""
    session = history.current_session
    return microseconds(session[-1].time) - microseconds(session[0].time)
