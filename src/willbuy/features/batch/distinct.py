"""distinct, in SQL: the events that are the last of their item (or category) before the anchor."""

from willbuy.features.algebra import Distinct
from willbuy.features.batch.query import Query, compiles


@compiles(Distinct)
def distinct(feature: Distinct, query: Query) -> str:
    """One event of every item passes: that with no later one before the anchor."""
    column = "item_key" if feature.of == "item" else "category"
    last = query.last_of_its(query.next_of(feature, column, known=(column,)))
    return query.count(feature.name, query.matches(feature, last))
