"""sessions, live."""

from willbuy.features.algebra import Sessions
from willbuy.features.live.history import History, evaluates


@evaluates(Sessions)
def sessions(feature: Sessions, history: History) -> int:
    """How many sessions the events lie in."""
    stream, first, end = history.bounds(feature)
    return len(set(stream.sessions(history.features.sessions)[first:end]))
