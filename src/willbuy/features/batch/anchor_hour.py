"""anchor_hour, in SQL."""

from willbuy.features.algebra import AnchorHour
from willbuy.features.batch.local_sql import local_hour
from willbuy.features.batch.query import Query, compiles


@compiles(AnchorHour)
def anchor_hour(feature: AnchorHour, query: Query) -> str:
    """Whole numbers and literal offsets."""
    return local_hour(query.bounds.local(query.features.clock), query.dialect)
