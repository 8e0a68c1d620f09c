"""days_since_first, in SQL."""

from willbuy.features.algebra import DaysSinceFirst
from willbuy.features.batch.days_since_last import MICROSECONDS_A_DAY
from willbuy.features.batch.query import Query, compiles


@compiles(DaysSinceFirst)
def days_since_first(feature: DaysSinceFirst, query: Query) -> str:
    """One division of whole microseconds."""
    what = f"oldest_{feature.slug}{feature.window.suffix}"
    oldest = query.least(what, 'p."time"', query.matches(feature))
    return query.divide(query.elapsed(query.bounds.outside, oldest), MICROSECONDS_A_DAY)
