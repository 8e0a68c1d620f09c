"""item_popularity, live."""

from willbuy.features.algebra import ItemPopularity
from willbuy.features.live.history import History, evaluates


@evaluates(ItemPopularity)
def item_popularity(feature: ItemPopularity, history: History) -> int | None:
    """A fact about the last item."""
    return history.item_fact(feature.fact)
