"""item_conversion, in SQL."""

from willbuy.features.algebra import ItemConversion
from willbuy.features.batch.query import Query, compiles


@compiles(ItemConversion)
def item_conversion(feature: ItemConversion, query: Query) -> str:
    """One division of two columns of the table item x day."""
    top, bottom = feature.facts
    return query.smoothed(
        query.item_fact(top), query.item_fact(bottom), (feature.add_top, feature.add_bottom)
    )
