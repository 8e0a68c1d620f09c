"""gap, in SQL: the days between the first and the last active day, over the steps between them."""

from willbuy.features.algebra import Gap
from willbuy.features.batch.active_days import count_days
from willbuy.features.batch.query import Query, compiles


@compiles(Gap)
def gap(feature: Gap, query: Query) -> str:
    """One division of two whole numbers; one active day makes no step, hence null."""
    what, condition, day = f"{feature.slug}{feature.window.suffix}", query.matches(feature), query.local_day()
    first = query.least(f"first_day_{what}", day, condition)
    last = query.greatest(f"last_day_{what}", day, condition)
    return query.divide(f"({last} - {first})", f"({count_days(feature, query)} - 1)")
