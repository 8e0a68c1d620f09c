"""repeats, in SQL: the events whose item comes once more before the anchor."""

from willbuy.features.algebra import Repeats
from willbuy.features.batch.query import Query, compiles


@compiles(Repeats)
def repeats(feature: Repeats, query: Query) -> str:
    """All events of an item but its last: as many as events minus different items."""
    again = query.not_last_of_its(query.next_of(feature, "item_key", known=("item_key",)))
    return query.count(feature.name, query.matches(feature, again))
