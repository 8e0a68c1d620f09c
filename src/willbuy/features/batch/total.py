"""total, in SQL."""

from willbuy.features.algebra import Total
from willbuy.features.batch.measure import measure
from willbuy.features.batch.query import Query, compiles


@compiles(Total)
def total(feature: Total, query: Query) -> str:
    """A sum of whole numbers: the same bits in any order."""
    value = query.sum(feature.name, measure(feature.of, query), query.matches(feature))
    return f"COALESCE({value}, 0)"
