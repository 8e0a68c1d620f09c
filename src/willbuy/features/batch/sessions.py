"""sessions, in SQL: the events that are the last of their session before the anchor."""

from willbuy.features.algebra import Sessions
from willbuy.features.batch.query import Query, compiles


@compiles(Sessions)
def sessions(feature: Sessions, query: Query) -> str:
    """One event of every session passes."""
    last = query.last_of_its(query.next_of(feature, "session_start"))
    return query.count(feature.name, query.matches(feature, last))
