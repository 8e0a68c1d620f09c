"""item_conversion, live."""

from willbuy.features.algebra import ItemConversion
from willbuy.features.live.history import History, evaluates, smoothed


@evaluates(ItemConversion)
def item_conversion(feature: ItemConversion, history: History) -> float | None:
    """One division of two facts about the last item."""
    top, bottom = (history.item_fact(fact) for fact in feature.facts)
    return smoothed(top, bottom, (feature.add_top, feature.add_bottom))
