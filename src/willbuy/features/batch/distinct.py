"""distinct, in SQL: the events that are the last of their item (or category) before the anchor."""

from willbuy.features.algebra.distinct import Distinct
from willbuy.features.batch.columns import next_in_group
from willbuy.features.batch.query import Query, compiles


@compiles(Distinct)
def distinct(feature: Distinct, query: Query) -> str:
    column = "item_key" if feature.of == "item" else "category"
    last = query.last_of_its(next_in_group(feature, column, feature.of))
    return query.count(feature.name, query.matches(feature, f"{query.column(column)} IS NOT NULL", last))
