"""Every engine that must agree: each answers for (entity, moment) pairs over a small log."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from willbuy.events.canonical import EVENTS_TYPES
from willbuy.features.algebra import Count, Window
from willbuy.features.batch import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, evaluate
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.log import summarise
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.engine import Warehouse

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
_TABLES = {
    "events": EVENTS_TYPES,
    "entities": {"entity_key": "BIGINT", "entity": "VARCHAR"},
    "items": {"item_key": "BIGINT", "item": "VARCHAR"},
}
_ASKED = {"pair": "BIGINT", "entity_key": "BIGINT", "moment": "TIMESTAMP"}


def fill(warehouse: Warehouse, log: Log) -> None:
    """Make the tables of silver from a log. Keys follow the order of arrival, as ingest's do."""
    items: dict[str, int] = {}
    rows: list[list[Any]] = []
    for key, events in enumerate(log.values()):
        for event in events:
            item = None if event.item is None else items.setdefault(event.item, len(items))
            place = [event.received, event.kind_name, 1, len(rows) + 1, len(events) == 1]
            rows.append([key, event.time, event.kind, item, *event[3:8], *place])
    put(warehouse, "entities", _TABLES["entities"], [[key, entity] for key, entity in enumerate(log)])
    put(warehouse, "events", _TABLES["events"], rows)
    put(warehouse, "items", _TABLES["items"], [[number, item] for item, number in items.items()])


def put(warehouse: Warehouse, table: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Make a table of these columns and rows; None is null in every column."""
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    frame = {
        name: pd.array(column, dtype=_PANDAS[kind])
        for (name, kind), column in zip(types.items(), columns, strict=True)
    }
    warehouse.put("filled", pd.DataFrame(frame))
    named = {"VARCHAR": warehouse.dialect.string}
    cast = ", ".join(f'CAST("{name}" AS {named.get(kind, kind)}) AS "{name}"' for name, kind in types.items())
    warehouse.make(table, f'SELECT {cast} FROM "filled"')


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


class Grid:
    """Batch: a query with literal bounds for each moment."""

    name = "grid"
    population = Count()

    def __init__(self, opened: Callable[[], Warehouse]) -> None:
        self.opened = opened

    @cached_property
    def warehouse(self) -> Warehouse:
        """Opened when it is first asked."""
        return self.opened()

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


class Grids(Grid):
    """Batch: one query for all moments of a grid."""

    name = "grids"

    def values(self, features: FeatureSet, log: Log, pairs: Sequence[Pair]) -> list[Values | None]:
        fill(self.warehouse, log)
        moments = sorted({moment for _, moment in pairs})
        put(self.warehouse, "moments", {"moment": "TIMESTAMP"}, [[moment] for moment in moments])
        engine = BatchFeatures(self.warehouse, features, summarise(self.warehouse), moments, self.population)
        engine.prepare_items()
        engine.prepare()
        columns = ("entity_key", "moment", *features.names)
        names = ", ".join(self.warehouse.dialect.identifier(name) for name in columns)
        found = {
            (list(log)[key], moment): dict(zip(features.names, row, strict=True))
            for key, moment, *row in self.warehouse.rows(
                f"SELECT {names} FROM ({engine.grids_sql('moments')}) g"
            )
        }
        return [found.get(pair) for pair in pairs]


class Recent(Grid):
    """The same for a population of a bounded window: what looks back for ever is aggregated apart."""

    name = "recent"
    population = Count((), Window.parse("30d"))


class Pairs(Grid):
    """Batch: one query with a joined table of anchors."""

    name = "pairs"

    def values(self, features: FeatureSet, log: Log, pairs: Sequence[Pair]) -> list[Values | None]:
        fill(self.warehouse, log)
        asked = [[n, list(log).index(entity), at] for n, (entity, at) in enumerate(pairs)]
        put(self.warehouse, "asked", _ASKED, asked)
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


class Known(Pairs):
    """Batch: every pair prepared anew from the events that were known, as if all had late ones."""

    name = "known"

    def query(self, engine: BatchFeatures) -> str:
        self.warehouse.make(engine.tables.late_pairs, "SELECT * FROM asked")
        return engine.known_pairs_sql()


BATCH: tuple[type[Grid], ...] = (Grid, Grids, Recent, Pairs, Known)
"""The ways in which an engine that speaks SQL answers."""


def close(engine: Engine) -> None:
    """Close the engine's connection, where it has one."""
    if isinstance(engine, Grid) and "warehouse" in vars(engine):
        engine.warehouse.close()
        del engine.warehouse


ENGINES: tuple[Engine, ...] = (Live(), *(way(lambda: DuckDBWarehouse(None, threads=1)) for way in BATCH))
