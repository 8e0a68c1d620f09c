"""Who is to be scored at a moment, with their features as of then."""

from datetime import datetime
from typing import TYPE_CHECKING

from willbuy.errors import NotEnoughData
from willbuy.features.batch.engine import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.features.population import population_of
from willbuy.shop import Shop
from willbuy.snapshots.store import ordered_frame

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse


def score_frame(
    warehouse: "DuckDBWarehouse", shop: Shop, features: FeatureSet, as_of: datetime
) -> "pd.DataFrame":
    """The population of any moment with its features: entity_key, entity, anchor, then the features in order.

    Sorted by the entity's bytes. Raises NotEnoughData where nobody is in the population then.
    """
    log = summarise(warehouse)
    engine = BatchFeatures(warehouse, features, log, population_of(shop))
    try:
        engine.prepare([as_of])
        at = warehouse.dialect.timestamp(as_of)
        source = f'(SELECT f.*, {at} AS "anchor" FROM (\n{engine.grid_sql(as_of)}\n) f)'
        frame = ordered_frame(warehouse, source, ("anchor",), features)
    finally:
        engine.close()
    if frame.empty:
        raise NotEnoughData(
            f"nobody is in the population at {as_of:%Y-%m-%d %H:%M} UTC ({population_of(shop).meaning} must be above 0); "
            f"the log spans {log.first:%Y-%m-%d %H:%M} to {log.last:%Y-%m-%d %H:%M} UTC. Choose another moment, "
            "or widen [population] in shop.toml"
        )
    return frame
