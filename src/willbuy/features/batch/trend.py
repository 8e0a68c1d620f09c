"""trend, in SQL: two counts, multiplied out to one division."""

from willbuy.features.algebra import Trend
from willbuy.features.batch.query import Query, compiles


@compiles(Trend)
def trend(feature: Trend, query: Query) -> str:
    """(count short x long) / (count long x short)."""
    long, short = feature.scale
    return query.divide(
        f"({query.value(feature.top)} * {long})", f"({query.value(feature.bottom)} * {short})"
    )
