"""Every engine that must agree: each answers for (entity, moment) pairs over a small log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.features.algebra import Count
from willbuy.features.batch.engine import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, evaluate
from willbuy.features.log import summarise
from willbuy.warehouse.duckdb import DuckDBWarehouse

Log = Mapping[str, Sequence[Event]]
Values = dict[str, int | float | None]


def fill(warehouse: DuckDBWarehouse, log: Log) -> None:
    """Make the tables of silver from a log. Keys follow the order of arrival, as ingest's do."""
    items = list(
        dict.fromkeys(event.item for events in log.values() for event in events if event.item is not None)
    )
    for name in ("events", "entities", "items"):
        warehouse.execute(f"DROP TABLE IF EXISTS {name}")
    columns = ", ".join(f'"{name}" {text.split(",")[0].split()[0]}' for name, text in EVENTS_COLUMNS.items())
    warehouse.execute(f"CREATE TABLE events ({columns})")
    warehouse.execute("CREATE TABLE entities (entity_key BIGINT, entity VARCHAR)")
    warehouse.execute("CREATE TABLE items (item_key BIGINT, item VARCHAR)")
    rows: list[list[Any]] = []
    for key, (entity, events) in enumerate(log.items()):
        warehouse.execute("INSERT INTO entities VALUES (?, ?)", [key, entity])
        for event in events:
            item = None if event.item is None else items.index(event.item)
            rows.append([key, event.time, event.kind, item, event.category, event.price, event.quantity, event.session,
                         event.event_id, event.received, event.kind_name, 1, len(rows) + 1])  # fmt: skip
    marks = ", ".join("?" for _ in EVENTS_COLUMNS)
    if rows:
        warehouse.connection.executemany(f"INSERT INTO events VALUES ({marks})", rows)
    for number, item in enumerate(items):
        warehouse.execute("INSERT INTO items VALUES (?, ?)", [number, item])


class Live:
    """Plain Python."""

    name = "live"

    def values(self, features: FeatureSet, log: Log, entity: str, moment: datetime) -> Values | None:
        events = log[entity]
        return (
            evaluate(features, events, moment) if any(event.visible_at(moment) for event in events) else None
        )


class DuckDBGrid:
    """Batch on DuckDB, one literal anchor."""

    name = "duckdb grid"

    def values(self, features: FeatureSet, log: Log, entity: str, moment: datetime) -> Values | None:
        with DuckDBWarehouse(None, threads=1) as warehouse:
            fill(warehouse, log)
            engine = BatchFeatures(warehouse, features, Count(), summarise(warehouse))
            engine.prepare([moment])
            key = list(log).index(entity)
            names = ", ".join(warehouse.dialect.identifier(name) for name in features.names)
            rows = warehouse.rows(
                f"SELECT {names} FROM ({engine.grid_sql(moment)}) g WHERE entity_key = {key}"
            )
            return dict(zip(features.names, rows[0], strict=True)) if rows else None


ENGINES = (Live(), DuckDBGrid())
