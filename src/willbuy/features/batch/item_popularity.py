"""item_popularity, in SQL."""

from willbuy.features.algebra import ItemPopularity
from willbuy.features.batch.query import Query, compiles


@compiles(ItemPopularity)
def item_popularity(feature: ItemPopularity, query: Query) -> str:
    """A column of the table item x day."""
    return query.item_fact(feature.fact)
