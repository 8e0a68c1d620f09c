"""days_since_last, in SQL."""

from willbuy.features.algebra import DaysSinceLast
from willbuy.features.batch.query import Query, compiles

MICROSECONDS_A_DAY = "86400000000"


@compiles(DaysSinceLast)
def days_since_last(feature: DaysSinceLast, query: Query) -> str:
    """One division of whole microseconds."""
    newest = f'MAX(p."time") FILTER (WHERE {query.matches(feature)})'
    moment = query.aggregate(f"newest_{feature.slug}{feature.window.suffix}", newest)
    return query.divide(query.elapsed(query.bounds.outside, moment), MICROSECONDS_A_DAY)
