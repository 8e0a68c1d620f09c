"""ratio, in SQL: one division of doubles."""

from willbuy.features.algebra.ratio import Ratio
from willbuy.features.batch.query import Query, compiles


@compiles(Ratio)
def ratio(feature: Ratio, query: Query) -> str:
    top, bottom = query.value(feature.top), query.value(feature.bottom)
    if not feature.smoothed:
        return query.divide(top, bottom)
    real = query.dialect.real
    return query.divide(
        f"CAST({top} AS {query.dialect.double}) + {real(feature.add_top)}",
        f"CAST({bottom} AS {query.dialect.double}) + {real(feature.add_bottom)}",
    )
