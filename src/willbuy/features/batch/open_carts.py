"""open_carts, in SQL: carts that no later cart, removal or purchase of their item follows before the anchor."""

from willbuy.features.algebra import Count, OpenCarts
from willbuy.features.algebra.open_carts import STATES
from willbuy.features.batch.columns import NextEvent, kind_in
from willbuy.features.batch.query import Query, compiles


@compiles(OpenCarts)
def open_carts(feature: OpenCarts, query: Query) -> str:
    """One event of every item's cart states passes: it counts where it is a cart.

    Of one moment and kind it is that of the greatest session, as the current session is.
    """
    ties = ("kind", "session") if query.features.sessions.own_ids else ("kind",)
    state = NextEvent("next_cart_state", (kind_in(STATES), "item_key"), ("item_key",), ties)
    carts = Count(("cart",), feature.window)
    return query.count(feature.name, query.matches(carts, query.last_of_its(state)))
