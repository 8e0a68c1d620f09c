"""Every engine that must agree: each answers for (entity, moment) pairs over a small log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.features.algebra import Count, Window
from willbuy.features.batch import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, evaluate
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.log import summarise
from willbuy.warehouse.duckdb import DuckDBWarehouse

Log = Mapping[str, Sequence[Event]]
Pair = tuple[str, datetime]
Values = dict[str, Any]

_PANDAS = {
    "BIGINT": "Int64",
    "INTEGER": "Int32",
    "VARCHAR": "string",
    "TIMESTAMP": "datetime64[us]",
    "BOOLEAN": "boolean",
}
_NO_PAIRS = (
    "SELECT CAST(0 AS BIGINT) pair, CAST(0 AS BIGINT) entity_key, TIMESTAMP '2000-01-01' moment LIMIT 0"
)
_TYPES = ", ".join(f'"{name}" {text.replace(",", " ").split()[0]}' for name, text in EVENTS_COLUMNS.items())


def fill(warehouse: DuckDBWarehouse, log: Log) -> None:
    """Make the tables of silver from a log. Keys follow the order of arrival, as ingest's do."""
    warehouse.drop("events", "entities", "items")
    warehouse.execute(f"CREATE TABLE events ({_TYPES})")
    warehouse.execute("CREATE TABLE entities (entity_key BIGINT, entity VARCHAR)")
    warehouse.execute("CREATE TABLE items (item_key BIGINT, item VARCHAR)")
    items: dict[str, int] = {}
    rows: list[list[Any]] = []
    for key, events in enumerate(log.values()):
        for event in events:
            item = None if event.item is None else items.setdefault(event.item, len(items))
            place = [event.received, event.kind_name, 1, len(rows) + 1, len(events) == 1]
            rows.append([key, event.time, event.kind, item, *event[3:8], *place])
    insert(warehouse, "entities", [[key, entity] for key, entity in enumerate(log)])
    insert(warehouse, "events", rows)
    insert(warehouse, "items", [[number, item] for item, number in items.items()])


def insert(warehouse: DuckDBWarehouse, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a table; None is null in every column."""
    if not rows:
        return
    names = [name for name, *_ in warehouse.rows(f"DESCRIBE {table}")]
    types = [_PANDAS[kind] for _, kind, *_ in warehouse.rows(f"DESCRIBE {table}")]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    frame = pd.DataFrame({n: pd.array(columns[n], dtype=t) for n, t in zip(names, types, strict=True)})
    warehouse.connection.register("rows_to_insert", frame)
    warehouse.execute(f"INSERT INTO {table} SELECT * FROM rows_to_insert")
    warehouse.connection.unregister("rows_to_insert")


class Engine(Protocol):
    """Answers for pairs, in order; None where the engine has no row for an entity without a visible event."""

    name: str

    def values(self, features: FeatureSet, log: Log, pairs: Sequence[Pair]) -> list[Values | None]: ...


class Live:
    """Plain Python, the oracle."""

    name = "live"

    def values(self, features: FeatureSet, log: Log, pairs: Sequence[Pair]) -> list[Values | None]:
        everyone = [event for events in log.values() for event in events]
        return [
            dict(
                evaluate(
                    features,
                    log[entity],
                    moment,
                    item_facts_at(features.facts, everyone, moment, features.clock),
                )
            )
            for entity, moment in pairs
        ]


class DuckDBGrid:
    """Batch on DuckDB: a query with literal bounds for each moment."""

    name = "duckdb-grid"
    population = Count()

    def __init__(self) -> None:
        self.warehouse = DuckDBWarehouse(None, threads=1)

    def values(self, features: FeatureSet, log: Log, pairs: Sequence[Pair]) -> list[Values | None]:
        fill(self.warehouse, log)
        moments = sorted({moment for _, moment in pairs})
        engine = BatchFeatures(self.warehouse, features, summarise(self.warehouse), moments, self.population)
        engine.prepare_items()
        engine.prepare()
        names = ", ".join(self.warehouse.dialect.identifier(name) for name in ("entity_key", *features.names))
        found = {}
        for moment in moments:
            for key, *row in self.warehouse.rows(f"SELECT {names} FROM ({engine.grid_sql(moment)}) g"):
                found[list(log)[key], moment] = dict(zip(features.names, row, strict=True))
        return [found.get(pair) for pair in pairs]


class DuckDBRecent(DuckDBGrid):
    """The same for a population of a bounded window: what looks back for ever is aggregated apart."""

    name = "duckdb-recent"
    population = Count((), Window.parse("30d"))


class DuckDBPairs:
    """Batch on DuckDB: one query with a joined table of anchors."""

    name = "duckdb-pairs"

    def __init__(self) -> None:
        self.warehouse = DuckDBWarehouse(None, threads=1)

    def values(self, features: FeatureSet, log: Log, pairs: Sequence[Pair]) -> list[Values | None]:
        fill(self.warehouse, log)
        self.warehouse.make("asked", _NO_PAIRS)
        insert(
            self.warehouse,
            "asked",
            [[n, list(log).index(entity), at] for n, (entity, at) in enumerate(pairs)],
        )
        moments = [moment for _, moment in pairs]
        engine = BatchFeatures(self.warehouse, features, summarise(self.warehouse), moments)
        engine.prepare_items()
        engine.prepare()
        return self.rows(engine, features, pairs)

    def query(self, engine: BatchFeatures) -> str:
        return engine.pairs_sql("asked")

    def rows(self, engine: BatchFeatures, features: FeatureSet, pairs: Sequence[Pair]) -> list[Values | None]:
        names = ", ".join(self.warehouse.dialect.identifier(name) for name in ("pair", *features.names))
        rows = self.warehouse.rows(f"SELECT {names} FROM ({self.query(engine)}) q ORDER BY pair")
        assert [row[0] for row in rows] == list(range(len(pairs)))
        return [dict(zip(features.names, row[1:], strict=True)) for row in rows]


class DuckDBKnown(DuckDBPairs):
    """Batch on DuckDB: every pair prepared anew from the events that were known, as if all had late ones."""

    name = "duckdb-known"

    def query(self, engine: BatchFeatures) -> str:
        self.warehouse.make(engine.tables.late_pairs, "SELECT * FROM asked")
        return engine.known_pairs_sql()


def close(engine: Engine) -> None:
    """Close the engine's connection, where it has one."""
    if isinstance(engine, DuckDBGrid | DuckDBPairs):
        engine.warehouse.close()
        del engine.warehouse


ENGINES: tuple[Engine, ...] = (Live(), DuckDBGrid(), DuckDBRecent(), DuckDBPairs(), DuckDBKnown())
