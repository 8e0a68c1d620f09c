"""days_since_first, in SQL."""

from willbuy.features.algebra.days_since_first import DaysSinceFirst
from willbuy.features.batch.query import Query, compiles


@compiles(DaysSinceFirst)
def days_since_first(feature: DaysSinceFirst, query: Query) -> str:
    oldest = f'MIN(p."time") FILTER (WHERE {query.matches(feature)})'
    return query.days_before_anchor(query.aggregate(f"oldest_{feature.slug}{feature.window.suffix}", oldest))
