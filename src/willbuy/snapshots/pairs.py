"""Batch rows of chosen entities: at any moments, and at anchors of a grid. As snapshots are made, of a few."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from willbuy.features.algebra import Windowed
from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import ITEM_TABLES
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

Pair = tuple[int, datetime]
Row = tuple[Any, ...]

ASKED = "willbuy_asked"


@dataclass(frozen=True)
class PairRows:
    """Rows of features, values as the engine has them, for (entity key, moment) pairs with moments in `[first, last]`.

    Facts about items stand while the context of `item_facts` lasts.
    """

    warehouse: "Warehouse"
    features: FeatureSet
    log: LogSummary
    first: datetime
    last: datetime

    @contextmanager
    def item_facts(self) -> Iterator[None]:
        """Make the facts about items, from the events of everyone, and drop them at the end."""
        self._engine([self.first, self.last]).prepare_items()
        try:
            yield
        finally:
            self.warehouse.drop(*ITEM_TABLES)

    def at_moments(self, pairs: Sequence[Pair]) -> list[Row]:
        """A row for each pair, in order."""
        engine = self._engine([self.first, self.last])
        numbered = [(number, *pair) for number, pair in enumerate(pairs)]
        try:
            self._ask(numbered)
            engine.prepare(self._events())
            sql = f'SELECT {self._names()} FROM ({engine.pairs_sql(ASKED)}) q ORDER BY q."pair"'
            return self.warehouse.rows(sql)
        finally:
            self._close(engine)

    def on_grid(
        self, entities: Iterable[int], anchors: Sequence[datetime], population: Windowed
    ) -> dict[Pair, Row]:
        """The rows of these entities at a grid's anchors, by the queries of a grid; who is not in the population has none."""
        engine = self._engine(anchors, population)
        found: dict[Pair, Row] = {}
        try:
            self._ask([(number, entity, anchors[0]) for number, entity in enumerate(entities)])
            engine.prepare(self._events())
            for anchor in anchors:
                sql = f'SELECT "entity_key", {self._names()} FROM ({engine.grid_sql(anchor)}) g'
                found |= {(key, anchor): tuple(row) for key, *row in self.warehouse.rows(sql)}
        finally:
            self._close(engine)
        return found

    def _engine(self, moments: Sequence[datetime], population: Windowed | None = None) -> BatchFeatures:
        return BatchFeatures(self.warehouse, self.features, self.log, moments, population)

    def _ask(self, numbered: Sequence[tuple[int, int, datetime]]) -> None:
        import pandas as pd

        types = {"pair": "int64", "entity_key": "int64", "moment": "datetime64[us]"}
        frame = pd.DataFrame(numbered, columns=list(types)).astype(types)
        self.warehouse.put(ASKED, frame)

    def _events(self) -> str:
        """The events of the entities that are asked: enough, as no feature of an entity reads those of another."""
        return f'(SELECT * FROM "events" WHERE "entity_key" IN (SELECT "entity_key" FROM "{ASKED}"))'

    def _names(self) -> str:
        return ", ".join(self.warehouse.dialect.identifier(name) for name in self.features.names)

    def _close(self, engine: BatchFeatures) -> None:
        engine.close()
        self.warehouse.drop(ASKED)
