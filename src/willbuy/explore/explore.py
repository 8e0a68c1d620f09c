"""What the data of a shop hold, whether they are a log or a table."""

from typing import Any

from willbuy.explore.log.explore import explore_log
from willbuy.explore.table.explore import explore_table
from willbuy.shop import Shop, TableShop
from willbuy.snapshots.steps import Progress


def explore(shop: Shop | TableShop, progress: Progress | None = None) -> dict[str, Any]:
    """Every number of the shop's page, with the sentences that they say; `of` is log or table."""
    if isinstance(shop, TableShop):
        return explore_table(shop)
    return explore_log(shop, progress)
