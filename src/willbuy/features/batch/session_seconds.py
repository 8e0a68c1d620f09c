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
    first = query.aggregate("session_first", f'MIN(p."time") FILTER (WHERE {condition})')
    last = query.aggregate("session_last", f'MAX(p."time") FILTER (WHERE {condition})')
    return query.elapsed(last, first)
