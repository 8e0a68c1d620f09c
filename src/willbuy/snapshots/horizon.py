"""Snapshots of a horizon task: a population on a calendar grid, and what it does within the horizon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import drop, make
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.features.population import population_of
from willbuy.shop import Shop
from willbuy.snapshots.grid import horizon_of
from willbuy.snapshots.groups import entity_groups
from willbuy.snapshots.store import Anchor, Progress, Snapshots, anchor_folder

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse

TARGETS = "willbuy_targets"


@dataclass(frozen=True)
class HorizonTask:
    """Who buys within the horizon? A snapshot is an entity of the population at a grid anchor."""

    warehouse: "DuckDBWarehouse"
    shop: Shop
    features: FeatureSet
    log: LogSummary
    moments: Sequence[datetime]

    @property
    def horizon(self) -> timedelta:
        """How far the label looks ahead."""
        return timedelta(microseconds=horizon_of(self.shop).microseconds)

    def matured(self, moment: datetime) -> bool:
        """Whether the whole label window of an anchor has passed, and what happened in it has arrived."""
        return moment + self.horizon + self.log.lag <= self.log.end

    def build(self, folder: Path, place: Path, progress: Progress | None) -> Snapshots:
        """Write the snapshots into `folder`, one group of entities after the other; they will be read from `place`."""
        engine = BatchFeatures(self.warehouse, self.features, self.log, population_of(self.shop))
        groups = entity_groups(self.log)
        self._collect_targets()
        try:
            for number, group in enumerate(groups):
                engine.prepare(self.moments, group)
                for moment in self.moments:
                    path = anchor_folder(folder, moment) / f"part-{number:02}.parquet"
                    self.warehouse.to_parquet(self.labelled(engine.grid_sql(moment), moment), path)
                    if progress is not None:
                        progress(f"snapshots of {moment:%Y-%m-%d %H:%M}, group {number + 1} of {len(groups)}")
        finally:
            engine.close()
            drop(self.warehouse, TARGETS)
        anchors = tuple(self._count(folder, moment) for moment in self.moments)
        return Snapshots(self.warehouse, place, self.features, anchors)

    def labelled(self, features_sql: str, moment: datetime) -> str:
        """Add the anchor and its label, an event in `[anchor, anchor + horizon)`, to the features of an anchor."""
        at = self.warehouse.dialect.timestamp(moment)
        if not self.matured(moment):
            return f'SELECT s.*, {at} AS "anchor", CAST(NULL AS SMALLINT) AS "label"\nFROM (\n{features_sql}\n) s'
        until = self.warehouse.dialect.timestamp(moment + self.horizon)
        label = 'CAST(CASE WHEN l."entity_key" IS NULL THEN 0 ELSE 1 END AS SMALLINT) AS "label"'
        buyers = f'SELECT DISTINCT "entity_key" FROM "{TARGETS}" WHERE "time" >= {at} AND "time" < {until}'
        return (
            f'SELECT s.*, {at} AS "anchor", {label}\nFROM (\n{features_sql}\n) s\n'
            f'LEFT JOIN ({buyers}) l ON l."entity_key" = s."entity_key"'
        )

    def _count(self, folder: Path, moment: datetime) -> Anchor:
        """The anchor with its rows and buyers."""
        files = sorted(anchor_folder(folder, moment).glob("*.parquet"))
        [(n, positives)] = self.warehouse.rows(
            f'SELECT COUNT(*), SUM("label") FROM {self.warehouse.parquet(files)} s'
        )
        matured = self.matured(moment)
        return Anchor(moment, matured, n, int(positives or 0) if matured else None, moment + self.horizon)

    def _collect_targets(self) -> None:
        """The few events that a label can see."""
        kind = self.warehouse.dialect.text(self.shop.target.kind)
        make(self.warehouse, TARGETS, f'SELECT "entity_key", "time" FROM "events" WHERE "kind" = {kind}')
