"""Who is to be scored at a moment, with their features as of then."""

from datetime import datetime
from typing import TYPE_CHECKING

from willbuy.errors import NotEnoughData
from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import ITEM_TABLES, drop, make
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary, summarise
from willbuy.features.population import population_of, session_population_of
from willbuy.shop import Shop
from willbuy.snapshots.session import EXTRA
from willbuy.snapshots.session_sql import SessionSQL
from willbuy.snapshots.store import ordered_frame

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse


def score_frame(
    warehouse: "DuckDBWarehouse", shop: Shop, features: FeatureSet, as_of: datetime
) -> "pd.DataFrame":
    """Who is to be scored at any moment: entity_key, entity, anchor, then the features in order.

    For a horizon task the population of that moment; for a session task the entities with an open session, with
    its columns session, k and closes before the features. Only what was known at the moment is read. Sorted by
    the entity's bytes. Raises NotEnoughData where there is nobody to score.
    """
    log = summarise(warehouse)
    if shop.target.within == "session":
        return _or_nobody(_open_sessions(warehouse, shop, features, as_of), log, as_of, "no session is open")
    population = population_of(shop)
    engine = BatchFeatures(warehouse, features, log, [as_of], population)
    try:
        engine.prepare_items()
        engine.prepare()
        at = warehouse.dialect.timestamp(as_of)
        source = f'(SELECT f.*, {at} AS "anchor" FROM (\n{engine.grid_sql(as_of)}\n) f)'
        frame = ordered_frame(warehouse, source, ("anchor",), features)
    finally:
        engine.close()
        drop(warehouse, *ITEM_TABLES)
    return _or_nobody(frame, log, as_of, f"nobody is in the population (a {population.meaning} above 0)")


def _open_sessions(
    warehouse: "DuckDBWarehouse", shop: Shop, features: FeatureSet, as_of: datetime
) -> "pd.DataFrame":
    log = summarise(warehouse)
    engine = BatchFeatures(warehouse, features, log, [as_of], session_population_of(shop), sessions=True)
    sql = SessionSQL(warehouse.dialect, engine.tables.prepared, features.sessions, shop.target.kind, log)
    try:
        engine.prepare_items()
        engine.prepare()
        make(warehouse, sql.anchors_table, sql.open_at(as_of))
        asked = (
            'SELECT f.*, a."moment" AS "anchor", a."session", a."k", a."closes" FROM (\n'
            f'{engine.pairs_sql(sql.anchors_table)}\n) f JOIN "{sql.anchors_table}" a ON a."pair" = f."pair"'
        )
        return ordered_frame(warehouse, f"({asked})", ("anchor", *EXTRA), features)
    finally:
        engine.close()
        drop(warehouse, sql.anchors_table, *ITEM_TABLES)


def _or_nobody(frame: "pd.DataFrame", log: LogSummary, as_of: datetime, what: str) -> "pd.DataFrame":
    if frame.empty:
        raise NotEnoughData(
            f"{what} at {as_of:%Y-%m-%d %H:%M} UTC; the log spans {log.first:%Y-%m-%d %H:%M} to "
            f"{log.last:%Y-%m-%d %H:%M} UTC. Choose another moment, or widen [population] in shop.toml"
        )
    return frame
