"""mean, in SQL: a sum over a count."""

from willbuy.features.algebra import Mean
from willbuy.features.batch.measure import is_known, measure
from willbuy.features.batch.query import Query, compiles


@compiles(Mean)
def mean(feature: Mean, query: Query) -> str:
    """One division of two whole numbers."""
    condition = query.matches(feature, is_known(feature.of, query))
    what = f"{feature.of}_{feature.slug}{feature.window.suffix}"
    top = query.sum(f"sum_{what}", measure(feature.of, query), condition)
    return query.divide(top, query.count(f"known_{what}", condition))
