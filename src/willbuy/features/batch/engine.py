"""The batch engine: prepares events once and answers for many anchors."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from willbuy.features.algebra import ItemFact, Windowed
from willbuy.features.batch.bounds import JoinedAnchor, LiteralAnchor
from willbuy.features.batch.grid import grid_sql, grids_sql
from willbuy.features.batch.item_facts import ItemFacts
from willbuy.features.batch.pairs import carried, pairs_sql, visible_events
from willbuy.features.batch.prepare import Preparation
from willbuy.features.batch.query import Query
from willbuy.features.batch.select import lower_bound
from willbuy.features.batch.tables import FACT_TABLES, Tables
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

FEW = 10
"""Where at least one event in so many is all that its entity ever did, such events are worked on apart."""

MANY = 6
"""From how many anchors on it pays to sort the prepared events by hour, so that each query skips what it cannot see."""


class BatchFeatures:
    """A feature set over the events of a warehouse, for anchors among `moments`.

    First `prepare()`, then `grid_sql(moment)` for each moment, or `pairs_sql(anchors)` for (entity, moment) pairs;
    `close()` at the end. `population` is the count that must be above 0 for an entity to have a row at an anchor;
    None asks nothing. With `sessions` the prepared events carry their kind and session, whatever the features read.
    Groups of entities may be worked on side by side: each has its own `tables`, on a connection of its own.

    What was prepared looks at later events to find the last of a group, and so is right where all that had happened
    before an anchor was known by then. Where an entity has events that were not, the same texts run over the
    events that were known: see `known_pairs_sql`.
    """

    def __init__(
        self,
        warehouse: "Warehouse",
        features: FeatureSet,
        log: LogSummary,
        moments: Sequence[datetime],
        population: Windowed | None = None,
        *,
        sessions: bool = False,
        tables: Tables | None = None,
    ) -> None:
        self.warehouse = warehouse
        self.dialect = warehouse.dialect
        self.features = features
        self.log = log
        self.moments = sorted(set(moments))
        self.population = population
        self.sessions = sessions or features.in_session
        self.tables = tables or Tables()
        self.has_late = log.late and len(self.moments) > 1
        latest = max(log.last, self.moments[-1]) + timedelta(days=1)
        self.alone = self._pays_apart()
        self.offsets = tuple(features.clock.offsets(min(log.first, self.moments[0]), latest))

    # Once.

    def prepare(self, source: str = '"events"') -> None:
        """Prepare the events of a FROM item, by default all of them."""
        self.warehouse.make(self.tables.prepared, self.prepare_sql(source), once=self._read_once)
        if self.has_late:
            late = " AND ".join(['e."received" > e."time"', *self._visible_at_all()])
            columns = 'e."entity_key", e."time", e."received"'
            self.warehouse.make(self.tables.late, f"SELECT {columns} FROM {source} e WHERE {late}")

    def prepare_sql(self, source: str = '"events"') -> str:
        """The query that prepares the events.

        For one moment alone only what was known at it is prepared, and nothing of that is late.
        """
        needed = [*self._visible_at_all(), *self._of_kinds()]
        if self.log.late and not self.has_late:
            needed.append(f'COALESCE(e."received", e."time") <= {self.dialect.timestamp(self.moments[0])}')
        preparation = self._preparation()
        bounded = self._literal(self.moments[0]).recent is not None
        by_hour = bounded and len(self.moments) >= MANY and self.dialect.sorted_scans
        prepared = preparation.sql_by_alone if self.alone else preparation.sql
        return prepared(source, " AND ".join(needed), by_hour)

    @property
    def prepared_columns(self) -> int:
        """How many columns the prepared events have."""
        return self._preparation().width + self.alone

    def prepare_items(self, source: str = '"events"') -> None:
        """Make the table of facts about items, which all groups of entities read, where the features need it."""
        for name, sql in self.items_sql(source).items():
            self.warehouse.make(name, sql)

    def items_sql(self, source: str = '"events"') -> dict[str, str]:
        """The queries of the tables item x day and item x hour, as far as the features need them."""
        found: dict[str, list[ItemFact]] = {}
        for fact in self.features.facts:
            found.setdefault(FACT_TABLES[fact.of, fact.hourly][1], []).append(fact)
        return {name: self._items_sql(facts, source) for name, facts in found.items()}

    def _items_sql(self, facts: Sequence[ItemFact], source: str) -> str:
        longest = timedelta(days=max(_days_of(fact) for fact in facts) + 3)
        since = self.dialect.timestamp(self.moments[0] - longest)
        span = f'e."time" >= {since} AND e."time" < {self.dialect.timestamp(self.moments[-1])}'
        return ItemFacts(facts, self.dialect, self.offsets).sql(span, source)

    def close(self) -> None:
        """Drop what was prepared, but for the facts about items."""
        self.warehouse.drop(*astuple(self.tables))

    # For each anchor.

    def grid_sql(self, moment: datetime) -> str:
        """The query of one grid anchor over the prepared events: `entity_key` and a column a feature."""
        at = self.dialect.timestamp(moment)
        late = (
            f'SELECT DISTINCT l."entity_key" AS "pair", l."entity_key", {at} AS "moment" '
            f'FROM "{self.tables.late}" l WHERE l."time" < {at} AND l."received" > {at}'
        )
        if not self._any_late(late):
            return self.plain_grid_sql(moment)
        in_time = self.plain_grid_sql(moment, f'p."entity_key" NOT IN ({self._late_pairs()})')
        return f"{in_time}\nUNION ALL\nSELECT {self._columns()} FROM (\n{self.known_pairs_sql()}\n) late"

    def plain_grid_sql(self, moment: datetime, condition: str = "") -> str:
        """The query of one grid anchor for entities of which all that had happened was known."""
        query = self._literal(moment)
        if not self.features.in_session:
            return grid_sql(query, self.tables.prepared, condition, self.alone)
        at = self.dialect.timestamp(moment)
        bounds = [f'p."time" < {at}', *lower_bound(query)]
        where = " AND ".join([*bounds, *([condition] if condition else [])])
        everyone = (
            f'(SELECT DISTINCT p."entity_key" AS "pair", p."entity_key", {at} AS "moment" '
            f'FROM "{self.tables.prepared}" p WHERE {where})'
        )
        return f"SELECT {self._columns()} FROM (\n{self.plain_pairs_sql(everyone)}\n) f"

    def grids_sql(self, anchors: str) -> str:
        """The query of all grid anchors of a table (moment) at once: `entity_key`, `moment` and a column a feature.

        For an engine that would rather run one long query than many short ones; `alone` is of no use to it.
        """
        table = self.dialect.identifier(anchors)
        late = (
            f'SELECT {self.dialect.unique_number("d.entity_key, d.moment")} AS "pair", d.* FROM (\n'
            f'  SELECT DISTINCT l."entity_key", a."moment" FROM "{self.tables.late}" l\n'
            f'  JOIN {table} a ON l."time" < a."moment" AND l."received" > a."moment"\n) d'
        )
        if not self._any_late(late):
            return self._plain_grids_sql(table)
        pairs = f'SELECT 1 FROM "{self.tables.late_pairs}" l WHERE l."entity_key" = p."entity_key"'
        in_time = self._plain_grids_sql(table, f'NOT EXISTS ({pairs} AND l."moment" = a."moment")')
        return (
            f"{in_time}\nUNION ALL\nSELECT {self._columns('moment')} FROM (\n{self.known_pairs_sql()}\n) late"
        )

    def _plain_grids_sql(self, table: str, condition: str = "") -> str:
        query = self._joined()
        if not self.features.in_session:
            return grids_sql(query, self.tables.prepared, table, condition)
        on = " AND ".join([f'p."time" < {query.bounds.inside}', *lower_bound(query)])
        where = f" WHERE {condition}" if condition else ""
        everyone = (
            f'(SELECT DISTINCT p."entity_key" AS "pair", p."entity_key", a."moment" '
            f'FROM "{self.tables.prepared}" p JOIN {table} a ON {on}{where})'
        )
        return f"SELECT {self._columns('moment')} FROM (\n{self.plain_pairs_sql(everyone)}\n) f"

    def pairs_sql(self, anchors: str) -> str:
        """The query of the pairs of a table (pair, entity_key, moment): these and a column a feature.

        Each `pair` is a number of its own. Pairs outside the population have no row.
        """
        table = self.dialect.identifier(anchors)
        late = (
            f'SELECT DISTINCT {carried("a")} FROM {table} a JOIN "{self.tables.late}" l '
            'ON l."entity_key" = a."entity_key" AND l."time" < a."moment" AND l."received" > a."moment"'
        )
        if not self._any_late(late):
            return self.plain_pairs_sql(table)
        in_time = f'(SELECT {carried("a")} FROM {table} a WHERE a."pair" NOT IN ({self._late_pairs()}))'
        return f"{self.plain_pairs_sql(in_time)}\nUNION ALL\n{self.known_pairs_sql()}"

    def plain_pairs_sql(self, anchors: str) -> str:
        """The query of a FROM item of pairs of which all that had happened was known."""
        return pairs_sql(self._joined(), self.tables.prepared, anchors, "entity_key")

    def known_pairs_sql(self) -> str:
        """The query of the pairs of the table `late_pairs`, each prepared from the events that were known at it."""
        pairs = self.dialect.identifier(self.tables.late_pairs)
        known = self._preparation().sql(visible_events(pairs), " AND ".join(self._of_kinds()))
        self.warehouse.make(self.tables.late_prepared, known)
        return pairs_sql(self._joined(), self.tables.late_prepared, pairs, "pair")

    def _any_late(self, pairs: str) -> bool:
        """Put pairs whose events were not all known into the table `late_pairs`; whether there are any."""
        if not self.has_late:
            return False
        self.warehouse.make(self.tables.late_pairs, pairs)
        return self.warehouse.has_rows(self.tables.late_pairs)

    # What it is made of.

    @property
    def _read_once(self) -> bool:
        """Whether a single query will read the prepared events, and read each of them once."""
        return len(self.moments) == 1 and not self.sessions and not self._literal(self.moments[0]).split

    def _pays_apart(self) -> bool:
        """Whether entities with a single event are many, and all that is asked of them can be said of that event.

        Who has one event is known from the whole log, the part after an anchor included: it may decide how a value is
        computed, never what it is.
        """
        if self.sessions or self.log.alone * FEW < self.log.events or not self.log.alone:
            return False
        aggregates = self._literal(self.moments[0]).aggregates.values()
        return all(aggregate.of_one is not None for aggregate in aggregates)

    def _late_pairs(self) -> str:
        return f'SELECT "pair" FROM "{self.tables.late_pairs}"'

    def _columns(self, *more: str) -> str:
        return ", ".join(
            self.dialect.identifier(name) for name in ("entity_key", *more, *self.features.names)
        )

    def _preparation(self) -> Preparation:
        query = self._literal(self.moments[0])
        if self.sessions:
            query.in_session()
            query.columns.kept |= {"kind", *(("received",) if self.log.late else ())}
        return Preparation(query.columns, self.dialect, self.features.sessions, self.offsets)

    def _literal(self, moment: datetime) -> Query:
        bounds = LiteralAnchor(moment, self.dialect)
        return Query(self.features, self.dialect, bounds, self.population, split=not self.features.in_session)

    def _joined(self) -> Query:
        return Query(self.features, self.dialect, JoinedAnchor(self.dialect, self.offsets), self.population)

    def _visible_at_all(self) -> list[str]:
        """Which events some anchor can see."""
        visible = [f'e."time" < {self.dialect.timestamp(self.moments[-1])}']
        first = self._literal(self.moments[0])
        if first.recent is not None and not first.unbounded and not self.sessions:
            visible.append(f'e."time" >= {first.bounds.start(first.recent)}')
        return visible

    def _of_kinds(self) -> list[str]:
        """Leave out kinds that nothing reads."""
        read = {kind for feature in self.features.everything() for kind in feature.reads}
        read |= set(self.log.kinds if self.population is None or self.sessions else self.population.reads)
        if read >= set(self.log.kinds):
            return []
        kinds = ", ".join(self.dialect.text(kind) for kind in self.log.kinds if kind in read)
        return [f'e."kind" IN ({kinds or "NULL"})']


def _days_of(fact: ItemFact) -> int:
    """Days that hold the look-back of a fact."""
    return fact.span // 24 + 1 if fact.hourly else fact.span
