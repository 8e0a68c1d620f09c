"""The batch engine: prepares events once and answers for many anchors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from willbuy.features.algebra import Windowed
from willbuy.features.batch.bounds import JoinedAnchor, LiteralAnchor
from willbuy.features.batch.grid import grid_sql
from willbuy.features.batch.item_facts import ItemFacts
from willbuy.features.batch.pairs import carried, pairs_sql, visible_events
from willbuy.features.batch.prepare import Preparation
from willbuy.features.batch.query import Query
from willbuy.features.batch.select import longest_window, lower_bound
from willbuy.features.batch.tables import (
    ALL,
    ITEM_FACTS,
    LATE,
    LATE_PAIRS,
    LATE_PREPARED,
    PREPARED,
    drop,
    is_empty,
    make,
)
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse


class BatchFeatures:
    """A feature set over the events of a warehouse.

    First `prepare(moments)`, then `grid_sql(moment)` for each of them, or `pairs_sql(anchors)` for (entity, moment)
    pairs; `close()` at the end. `population` is the count that must be above 0 for an entity to have a row at an
    anchor; None asks nothing. With `sessions` the prepared events carry their kind and session, whatever the
    features read.

    What was prepared looks at later events to find the last of a group, and so is right where all that had happened
    before an anchor was known by then. Where an entity has events that were not, the same texts run over the
    events that were known: see `known_pairs_sql`.
    """

    def __init__(
        self,
        warehouse: "DuckDBWarehouse",
        features: FeatureSet,
        log: LogSummary,
        population: Windowed | None = None,
        *,
        sessions: bool = False,
    ) -> None:
        self.warehouse = warehouse
        self.features = features
        self.log = log
        self.population = population
        self.has_late = log.late
        self.sessions = sessions or features.in_session
        self.dialect = warehouse.dialect
        self.offsets = tuple(features.clock.offsets(log.first, max(log.last, log.first + timedelta(days=1))))

    # Once.

    def prepare(self, moments: Sequence[datetime], condition: str = "") -> None:
        """Prepare the events that the anchors need; `condition` narrows them by entity, with the alias `e`.

        For one moment alone only what was known at it is prepared, and nothing of that is late.
        """
        alone = len(set(moments)) == 1 and self.log.late
        if alone:
            known = f'COALESCE(e."received", e."time") <= {self.dialect.timestamp(moments[0])}'
            condition = " AND ".join([known, *([condition] if condition else [])])
        make(self.warehouse, PREPARED, self.prepare_sql(moments, condition))
        self.has_late = self.log.late and not alone
        if self.features.facts:
            make(self.warehouse, ITEM_FACTS, self.item_facts_sql(moments))
        if self.has_late:
            late = " AND ".join(['e."received" > e."time"', *self._needed(moments, condition)])
            make(
                self.warehouse,
                LATE,
                f'SELECT e."entity_key", e."time", e."received" FROM "events" e WHERE {late}',
            )

    def prepare_sql(self, moments: Sequence[datetime], condition: str = "") -> str:
        """The query that prepares the events for the anchors."""
        return self._preparation().sql(
            '"events"', " AND ".join([*self._needed(moments, condition), *self._of_kinds()])
        )

    def item_facts_sql(self, moments: Sequence[datetime]) -> str:
        """The query of the table item x day for the anchors."""
        days = max(fact.days for fact in self.features.facts) + 3
        since, until = min(moments) - timedelta(days=days), max(moments)
        span = f'e."time" >= {self.dialect.timestamp(since)} AND e."time" < {self.dialect.timestamp(until)}'
        return ItemFacts(self.features.facts, self.dialect, self.offsets).sql(span)

    def close(self) -> None:
        """Drop what was prepared."""
        drop(self.warehouse, *ALL)

    # For each anchor.

    def grid_sql(self, moment: datetime) -> str:
        """The query of one grid anchor over the prepared events: `entity_key` and a column a feature."""
        at = self.dialect.timestamp(moment)
        late = (
            f'SELECT DISTINCT l."entity_key" AS "pair", l."entity_key", {at} AS "moment" FROM "{LATE}" l '
            f'WHERE l."time" < {at} AND l."received" > {at}'
        )
        if not self._any_late(late):
            return self.plain_grid_sql(moment)
        names = ", ".join(self.dialect.identifier(name) for name in ("entity_key", *self.features.names))
        in_time = self.plain_grid_sql(moment, f'p."entity_key" NOT IN (SELECT "pair" FROM "{LATE_PAIRS}")')
        return f"{in_time}\nUNION ALL\nSELECT {names} FROM (\n{self.known_pairs_sql()}\n) late"

    def plain_grid_sql(self, moment: datetime, condition: str = "") -> str:
        """The query of one grid anchor for entities of which all that had happened was known."""
        if not self.features.in_session:
            return grid_sql(self._literal(moment), PREPARED, self.population, condition)
        bounds = [
            f'p."time" < {self.dialect.timestamp(moment)}',
            *lower_bound(self._literal(moment), self.population),
        ]
        where = " AND ".join([*bounds, *([condition] if condition else [])])
        everyone = (
            f'(SELECT DISTINCT p."entity_key" AS "pair", p."entity_key", {self.dialect.timestamp(moment)} AS "moment" '
            f'FROM "{PREPARED}" p WHERE {where})'
        )
        names = ", ".join(self.dialect.identifier(name) for name in ("entity_key", *self.features.names))
        return f"SELECT {names} FROM (\n{self.plain_pairs_sql(everyone)}\n) f"

    def pairs_sql(self, anchors: str) -> str:
        """The query of the pairs of a table (pair, entity_key, moment): these and a column a feature.

        Each `pair` is a number of its own. Pairs outside the population have no row.
        """
        table = self.dialect.identifier(anchors)
        late = (
            f'SELECT DISTINCT {carried("a")} FROM {table} a JOIN "{LATE}" l ON l."entity_key" = a."entity_key" '
            'AND l."time" < a."moment" AND l."received" > a."moment"'
        )
        if not self._any_late(late):
            return self.plain_pairs_sql(table)
        in_time = f'(SELECT {carried("a")} FROM {table} a WHERE a."pair" NOT IN (SELECT "pair" FROM "{LATE_PAIRS}"))'
        return f"{self.plain_pairs_sql(in_time)}\nUNION ALL\n{self.known_pairs_sql()}"

    def plain_pairs_sql(self, anchors: str) -> str:
        """The query of a FROM item of pairs of which all that had happened was known."""
        return pairs_sql(self._joined(), PREPARED, anchors, "entity_key", self.population)

    def known_pairs_sql(self) -> str:
        """The query of the pairs of the table LATE_PAIRS, each prepared from the events that were known at it."""
        kinds = " AND ".join(self._of_kinds())
        make(self.warehouse, LATE_PREPARED, self._preparation().sql(visible_events(f'"{LATE_PAIRS}"'), kinds))
        return pairs_sql(self._joined(), LATE_PREPARED, f'"{LATE_PAIRS}"', "pair", self.population)

    def _any_late(self, pairs: str) -> bool:
        """Put pairs whose events were not all known into the table LATE_PAIRS; whether there are any."""
        if not self.has_late:
            return False
        make(self.warehouse, LATE_PAIRS, pairs)
        return not is_empty(self.warehouse, LATE_PAIRS)

    # What it is made of.

    def _preparation(self) -> Preparation:
        query = self._literal(self.log.last)
        if self.population is not None:
            query.matches(self.population)
        if self.sessions:
            query.in_session()
            query.columns.kept |= {"kind", *(("received",) if self.log.late else ())}
        return Preparation(query.columns, self.dialect, self.features.sessions, self.offsets)

    def _literal(self, moment: datetime) -> Query:
        return Query(self.features, self.dialect, LiteralAnchor(moment, self.dialect))

    def _joined(self) -> Query:
        return Query(self.features, self.dialect, JoinedAnchor(self.dialect, self.offsets))

    def _needed(self, moments: Sequence[datetime], condition: str) -> list[str]:
        """Which events the anchors can see at all."""
        needed = [f'e."time" < {self.dialect.timestamp(max(moments))}', *([condition] if condition else [])]
        span = longest_window(self._literal(min(moments)), self.population)
        if span is not None and not self.sessions:
            needed.append(f'e."time" >= {LiteralAnchor(min(moments), self.dialect).start(span)}')
        return needed

    def _of_kinds(self) -> list[str]:
        """Leave out kinds that nothing reads."""
        read = {kind for feature in self.features.everything() for kind in feature.reads}
        read |= set(self.log.kinds if self.population is None or self.sessions else self.population.reads)
        if read >= set(self.log.kinds):
            return []
        kinds = ", ".join(self.dialect.text(kind) for kind in self.log.kinds if kind in read)
        return [f'e."kind" IN ({kinds or "NULL"})']
