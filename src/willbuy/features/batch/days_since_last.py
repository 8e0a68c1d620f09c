"""days_since_last, in SQL."""

from willbuy.features.algebra import DaysSinceLast
from willbuy.features.batch.query import Query, compiles

MICROSECONDS_A_DAY = "86400000000"


@compiles(DaysSinceLast)
def days_since_last(feature: DaysSinceLast, query: Query) -> str:
    """One division of whole microseconds."""
    what = f"newest_{feature.slug}{feature.window.suffix}"
    newest = query.greatest(what, 'p."time"', query.matches(feature))
    return query.divide(query.elapsed(query.bounds.outside, newest), MICROSECONDS_A_DAY)
