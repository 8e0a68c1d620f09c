"""maximum, in SQL."""

from willbuy.features.algebra import Maximum
from willbuy.features.batch.measure import measure
from willbuy.features.batch.query import Query, compiles


@compiles(Maximum)
def maximum(feature: Maximum, query: Query) -> str:
    """Nulls are passed over, as everywhere in SQL."""
    return query.greatest(feature.name, measure(feature.of, query), query.matches(feature))
