"""anchor_hour, in SQL."""

from willbuy.features.algebra import AnchorHour
from willbuy.features.batch.query import Query, compiles


@compiles(AnchorHour)
def anchor_hour(feature: AnchorHour, query: Query) -> str:
    """Whole numbers and literal offsets."""
    return query.bounds.hour(query.features.clock)
