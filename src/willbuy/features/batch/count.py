"""count, in SQL."""

from willbuy.features.algebra.count import Count
from willbuy.features.batch.query import Query, compiles


@compiles(Count)
def count(feature: Count, query: Query) -> str:
    return query.count(feature.name, query.matches(feature))
