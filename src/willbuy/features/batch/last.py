"""last, in SQL: the event with no later known one before the anchor."""

from willbuy.features.algebra import Last
from willbuy.features.batch.measure import measure
from willbuy.features.batch.query import Query, compiles


@compiles(Last)
def last(feature: Last, query: Query) -> str:
    """Of the events with a value one passes, so that MAX reads that one."""
    known = () if feature.of == "quantity" else ("price",)
    newest = query.last_of_its(query.next_of(feature, known=known, ties=("kind", feature.of)))
    return query.greatest(feature.name, measure(feature.of, query), query.matches(feature, newest))
