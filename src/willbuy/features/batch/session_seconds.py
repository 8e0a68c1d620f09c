"""session_seconds, in SQL."""

from willbuy.features.algebra import SessionSeconds
from willbuy.features.batch.query import Query, compiles


@compiles(SessionSeconds)
def session_seconds(feature: SessionSeconds, query: Query) -> str:
    """One division of whole microseconds."""
    return query.divide(session_microseconds(query), "1000000")


def session_microseconds(query: Query) -> str:
    """Whole microseconds from the first to the last event of the current session."""
    condition = query.in_session()
    first = query.least("session_first", 'p."time"', condition)
    last = query.greatest("session_last", 'p."time"', condition)
    return query.elapsed(last, first)
