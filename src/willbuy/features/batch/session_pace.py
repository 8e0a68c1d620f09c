"""session_pace, in SQL."""

from willbuy.features.algebra import SessionPace
from willbuy.features.batch.query import Query, compiles
from willbuy.features.batch.session_seconds import session_microseconds


@compiles(SessionPace)
def session_pace(feature: SessionPace, query: Query) -> str:
    """One division: the session's microseconds over its steps; one event makes no step, hence null."""
    events = query.count("session_events", query.in_session())
    return query.divide(session_microseconds(query), f"(({events} - 1) * 1000000)")
