"""Batch against live: some entities at some moments."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator, Timeline
from willbuy.features.live.history import ItemFacts
from willbuy.features.log import LogSummary
from willbuy.features.population import population_of
from willbuy.fitted import COLUMNS, horizon_in_days
from willbuy.parity.asked import Pair
from willbuy.parity.entities import entities_table, timelines
from willbuy.parity.fitted import FittedRows
from willbuy.parity.known_facts import KnownFacts
from willbuy.shop import Shop
from willbuy.snapshots.pairs import PairRows
from willbuy.snapshots.sameness import is_close
from willbuy.snapshots.tally import Tally

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

POPULATION = "(population)"
"""What stands for "has a row at this anchor of the grid" among the features."""


@dataclass
class Comparison:
    """What is compared: the features of a set, at pairs and at `anchors` of the grid, and the columns of a BG/NBD `fit`."""

    warehouse: "Warehouse"
    shop: Shop
    features: FeatureSet
    log: LogSummary
    anchors: Sequence[datetime] = ()
    fit: Mapping[str, float] | None = None
    names: Sequence[str] = ()  # of the model's columns
    rows: PairRows = field(init=False)

    def __post_init__(self) -> None:
        self.live = Evaluator(self.features)
        self.close = [is_close(feature) for feature in self.features]
        self.population = population_of(self.shop)
        self.member = Evaluator(FeatureSet((self.population,), self.features.clock, self.features.sessions))

    @contextmanager
    def standing(self, pairs: Sequence[Pair]) -> Iterator[None]:
        """What all slices of these pairs read stands while the context lasts."""
        moments = [*(moment for _, moment in pairs), *self.anchors, self.log.end]
        self.rows = PairRows(self.warehouse, self.features, self.log, min(moments), max(moments))
        with self.rows.item_facts():
            yield

    def of(self, pairs: Sequence[Pair], tally: Tally) -> int:
        """Compare these pairs, and their entities at the anchors; returns how many entities they are of."""
        asked: dict[int, list[datetime]] = {}
        for entity, moment in pairs:
            asked.setdefault(entity, []).append(moment)
        expected = dict(zip(pairs, self.rows.at_moments(pairs), strict=True))
        on_grid = self.rows.on_grid(asked, self.anchors, self.population) if self.anchors and asked else {}
        fitted = self._fitted()
        for entity, text, timeline, facts in self._entities(asked):
            for moment in asked[entity]:
                row, known = expected[entity, moment], facts.at(moment)
                self._compare(tally, text, moment, row, self.live.exact(timeline, moment, known), fitted)
            for anchor in self.anchors:
                self._on_grid(tally, text, anchor, on_grid.get((entity, anchor)), timeline, facts.at(anchor))
        if fitted is not None:
            fitted.compare(tally)
        return len(asked)

    def _entities(self, asked: Mapping[int, Any]) -> Iterator[tuple[int, str, Timeline, KnownFacts]]:
        with entities_table(self.warehouse, asked) as table:
            facts = KnownFacts(self.warehouse, self.features, table)
            for entity, text, timeline in timelines(self.warehouse, table):
                yield entity, text, timeline, facts

    def _compare(
        self,
        tally: Tally,
        entity: str,
        moment: datetime,
        row: Sequence[Any],
        live: Sequence[Any],
        fitted: FittedRows | None = None,
    ) -> None:
        tally.checked += 1
        compared = zip(self.features.names, row, live, self.close, strict=True)
        for name, one, other, close in compared:
            tally.compare(entity, moment, name, one, other, close)
        if fitted is not None:
            fitted.add(entity, moment, row, live)

    def _on_grid(
        self,
        tally: Tally,
        entity: str,
        anchor: datetime,
        row: Sequence[Any] | None,
        timeline: Timeline,
        facts: ItemFacts,
    ) -> None:
        """A row of the grid's own queries; who has none must not be in the population."""
        [count] = self.member.exact(timeline, anchor)
        tally.compare(entity, anchor, POPULATION, row is not None, bool(count))
        if row is None:
            tally.checked += 1
        else:
            self._compare(tally, entity, anchor, row, self.live.exact(timeline, anchor, facts))

    def _fitted(self) -> FittedRows | None:
        if self.fit is None or not any(name in COLUMNS for name in self.names):
            return None
        return FittedRows(self.fit, self.features.names, horizon_in_days(self.shop))
