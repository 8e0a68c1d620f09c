"""ratio, in SQL: one division of doubles."""

from willbuy.features.algebra import Ratio
from willbuy.features.batch.query import Query, compiles


@compiles(Ratio)
def ratio(feature: Ratio, query: Query) -> str:
    """The parts are computed once, also where they are features themselves."""
    return query.smoothed(
        query.value(feature.top), query.value(feature.bottom), (feature.add_top, feature.add_bottom)
    )
