"""session_position, in SQL."""

from willbuy.features.algebra import SessionPosition
from willbuy.features.batch.query import Query, compiles


@compiles(SessionPosition)
def session_position(feature: SessionPosition, query: Query) -> str:
    """An open session has at least one event: 0 stands for none."""
    return f"NULLIF({query.count('session_events', query.in_session())}, 0)"
