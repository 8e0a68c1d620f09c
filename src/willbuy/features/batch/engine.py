"""The batch engine: prepares events once and answers for many anchors."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from willbuy.events.canonical import KINDS
from willbuy.features.algebra.feature import Windowed
from willbuy.features.batch.bounds import JoinedAnchor, LiteralAnchor
from willbuy.features.batch.columns import PreparedColumns
from willbuy.features.batch.grid import grid_sql, longest_window
from willbuy.features.batch.pairs import pairs_sql, visible_events
from willbuy.features.batch.prepare import Preparation
from willbuy.features.batch.query import Query
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse

PREPARED, LATE, LATE_PAIRS, LATE_PREPARED = (
    "willbuy_prepared",
    "willbuy_late",
    "willbuy_late_pairs",
    "willbuy_late_prepared",
)


class BatchFeatures:
    """A feature set over the events of a warehouse.

    `population` is the count that must be above 0 for an entity to have a row at an anchor. Use as
    `prepare(...)`, then `grid_sql(moment)` or `pairs_sql(anchors)` for as many anchors as wanted.
    """

    def __init__(
        self, warehouse: "DuckDBWarehouse", features: FeatureSet, population: Windowed, log: LogSummary
    ) -> None:
        self.warehouse = warehouse
        self.features = features
        self.population = population
        self.log = log
        self.offsets = tuple(features.clock.offsets(log.first, log.last))
        self.columns = self._columns()

    def prepare(self, moments: Sequence[datetime], condition: str = "") -> None:
        """Prepare the events that the anchors need; `condition` narrows them by entity, with the alias `e`."""
        self._table(PREPARED, self.prepare_sql(moments, condition))
        if self.log.late:
            known_late = " AND ".join(['e."received" > e."time"', *self._needed(moments, condition)])
            self._table(
                LATE, f'SELECT e."entity_key", e."time", e."received" FROM "events" e WHERE {known_late}'
            )

    def prepare_sql(self, moments: Sequence[datetime], condition: str = "") -> str:
        """The query that prepares the events for the anchors."""
        return self.preparation().sql(
            '"events"', " AND ".join([*self._needed(moments, condition), *self._of_kinds()])
        )

    def plain_grid_sql(self, moment: datetime) -> str:
        """The query of one grid anchor where every event was known when it happened."""
        return grid_sql(self._literal(moment), PREPARED, self.population)

    def grid_sql(self, moment: datetime) -> str:
        """The query of one grid anchor over the prepared events: `entity_key` and a column a feature.

        Entities with an event that had happened but was not yet known at the anchor are prepared anew, each from
        the events that were known.
        """
        if not self._prepare_late(moment):
            return self.plain_grid_sql(moment)
        apart = f'p."entity_key" NOT IN (SELECT "entity_key" FROM "{LATE_PAIRS}")'
        joined = self._joined()
        late = pairs_sql(joined, LATE_PREPARED, LATE_PAIRS, "pair", self.population)
        names = ", ".join(
            self.warehouse.dialect.identifier(name) for name in ("entity_key", *self.features.names)
        )
        return f"{grid_sql(self._literal(moment), PREPARED, self.population, apart)}\nUNION ALL\nSELECT {names} FROM (\n{late}\n) late"

    def preparation(self) -> Preparation:
        """How the events are prepared for this feature set."""
        return Preparation(self.columns, self.warehouse.dialect, self.features.sessions, self.offsets)

    def close(self) -> None:
        """Drop what was prepared."""
        for name in (PREPARED, LATE, LATE_PAIRS, LATE_PREPARED):
            self.warehouse.execute(f'DROP TABLE IF EXISTS "{name}"')

    def _prepare_late(self, moment: datetime) -> bool:
        """Prepare the entities whose events were not all known at the anchor; False where there are none."""
        if not self.log.late:
            return False
        at = self.warehouse.dialect.timestamp(moment)
        self._table(
            LATE_PAIRS,
            f'SELECT DISTINCT "entity_key" AS "pair", "entity_key", {at} AS "moment" FROM "{LATE}" '
            f'WHERE "time" < {at} AND "received" > {at}',
        )
        if not self.warehouse.rows(f'SELECT 1 FROM "{LATE_PAIRS}" LIMIT 1'):
            return False
        self._table(LATE_PREPARED, self.preparation().sql(visible_events(LATE_PAIRS)))
        return True

    def _columns(self) -> PreparedColumns:
        query = self._literal(self.log.last)
        query.matches(self.population)
        return query.columns

    def _literal(self, moment: datetime) -> Query:
        dialect = self.warehouse.dialect
        return Query(self.features, dialect, LiteralAnchor(moment, dialect))

    def _joined(self) -> Query:
        dialect = self.warehouse.dialect
        return Query(self.features, dialect, JoinedAnchor(dialect, self.offsets))

    def _needed(self, moments: Sequence[datetime], condition: str) -> list[str]:
        """Which events the anchors can see at all."""
        needed = [
            f'e."time" < {self.warehouse.dialect.timestamp(max(moments))}',
            *([condition] if condition else []),
        ]
        span = longest_window(self._literal(min(moments)), self.population)
        if span is not None:
            needed.append(f'e."time" >= {LiteralAnchor(min(moments), self.warehouse.dialect).start(span)}')
        return needed

    def _of_kinds(self) -> list[str]:
        """Leave out kinds that nothing reads; sessions are made of all kinds."""
        read = {kind for feature in (*self.features.everything(), self.population) for kind in feature.reads}
        if self.columns.session_start or read >= set(self.log.kinds):
            return []
        return [
            'e."kind" IN ('
            + ", ".join(self.warehouse.dialect.text(kind) for kind in KINDS if kind in read)
            + ")"
        ]

    def _table(self, name: str, sql: str) -> None:
        self.warehouse.execute(f'DROP TABLE IF EXISTS "{name}"')
        self.warehouse.execute(f'CREATE TEMPORARY TABLE "{name}" AS\n{sql}')
