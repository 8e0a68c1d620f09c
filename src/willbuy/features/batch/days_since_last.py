"""days_since_last, in SQL."""

from willbuy.features.algebra.days_since_last import DaysSinceLast
from willbuy.features.batch.query import Query, compiles


@compiles(DaysSinceLast)
def days_since_last(feature: DaysSinceLast, query: Query) -> str:
    newest = f'MAX(p."time") FILTER (WHERE {query.matches(feature)})'
    return query.days_before_anchor(query.aggregate(f"newest_{feature.slug}{feature.window.suffix}", newest))
