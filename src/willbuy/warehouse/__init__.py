"""Where tables live. The only place that knows an engine's name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from willbuy.shop import Shop
    from willbuy.warehouse.engine import Warehouse


def open_warehouse(shop: "Shop") -> "Warehouse":
    """Open the shop's tables for reading, as they stand now. Raises WillbuyError when nothing was ingested yet."""
    if shop.storage.engine == "postgres":  # an engine is loaded when it is asked for
        from willbuy.warehouse.postgres.opening import open_postgres

        return open_postgres(shop)
    if shop.storage.engine == "spark":
        from willbuy.warehouse.spark.opening import open_spark

        return open_spark(shop)
    from willbuy.warehouse.opening import open_tables

    return open_tables(shop)
