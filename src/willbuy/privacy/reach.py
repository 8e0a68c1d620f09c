"""How far erasing reaches: where a log lies from which no row can be taken yet, it is refused before anything is done."""

from willbuy.shop import Shop
from willbuy.shop.common import Common
from willbuy.warehouse.lacking import refuse_lacking


def check_reach(shop: Common, command: str) -> None:
    """Raise EngineError where the shop's log lies where no row can be taken out of it yet.

    Nothing is done then: a visitor who is gone from one place and stands in another would look erased.
    """
    if isinstance(shop, Shop):
        refuse_lacking(command, shop.storage.engine)
