"""count, in SQL."""

from willbuy.features.algebra import Count
from willbuy.features.batch.query import Query, compiles


@compiles(Count)
def count(feature: Count, query: Query) -> str:
    """A plain conditional count."""
    return query.count(feature.name, query.matches(feature))
