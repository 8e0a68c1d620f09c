"""anchor_weekday, in SQL."""

from willbuy.features.algebra import AnchorWeekday
from willbuy.features.batch.query import Query, compiles


@compiles(AnchorWeekday)
def anchor_weekday(feature: AnchorWeekday, query: Query) -> str:
    """Whole numbers and literal offsets."""
    return query.bounds.weekday(query.features.clock)
