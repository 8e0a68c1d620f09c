"""last, in SQL: the event with no later known one before the anchor."""

from willbuy.features.algebra import Last
from willbuy.features.batch.measure import is_known, measure
from willbuy.features.batch.query import Query, compiles


@compiles(Last)
def last(feature: Last, query: Query) -> str:
    """Of the events with a value one passes, so that MAX reads that one."""
    known = () if feature.of == "quantity" else ('("price" IS NOT NULL)',)
    newest = query.last_of_its(query.next_of(feature, *known, exact=True))
    condition = query.matches(feature, is_known(feature.of, query), newest)
    return query.aggregate(feature.name, f"MAX({measure(feature.of, query)}) FILTER (WHERE {condition})")
