"""session_seconds, live."""

from willbuy.features.algebra import SessionSeconds
from willbuy.features.live.history import History, divide, evaluates


@evaluates(SessionSeconds)
def session_seconds(feature: SessionSeconds, history: History) -> float | None:
    """One division of whole microseconds."""
    lasted = session_microseconds(history)
    return None if lasted is None else divide(lasted, 1_000_000)


def session_microseconds(history: History) -> int | None:
    """Whole microseconds from the first to the last event of the current session; None where none is open."""
    stream, first, end = history.session_bounds
    return stream.times[end - 1] - stream.times[first] if first < end else None
