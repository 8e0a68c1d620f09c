"""Snapshots of a horizon task: a population on a calendar grid, and what it does within the horizon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import ITEM_TABLES, Tables
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.features.population import population_of
from willbuy.shop import Shop
from willbuy.snapshots.grid import horizon_of
from willbuy.snapshots.groups import Group, entity_groups, for_each_group, groups_of, largest_group
from willbuy.snapshots.steps import Progress, Steps
from willbuy.snapshots.store import Anchor, Snapshots, anchor_folder

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

TARGETS = "willbuy_targets"
MOMENTS = "willbuy_moments"


@dataclass(frozen=True)
class HorizonTask:
    """Who buys within the horizon? A snapshot is an entity of the population at a grid anchor."""

    warehouse: "Warehouse"
    shop: Shop
    features: FeatureSet
    log: LogSummary
    moments: Sequence[datetime]
    buckets: Sequence[int] | None = None  # of silver; all of them otherwise

    @property
    def horizon(self) -> timedelta:
        """How far the label looks ahead."""
        return timedelta(microseconds=horizon_of(self.shop).microseconds)

    def matured(self, moment: datetime) -> bool:
        """Whether the whole label window of an anchor has passed, and what happened in it has arrived."""
        return moment + self.horizon + self.log.lag <= self.log.end

    def build(self, folder: Path, place: Path, progress: Progress | None) -> Snapshots:
        """Write the snapshots into `folder`, by groups of entities; they will be read from `place`."""
        engine = self._engine(self.warehouse, Tables())
        engine.prepare_items()
        self._collect_targets()
        try:
            with self.warehouse.side_by_side() as workers:
                groups = self._groups(
                    workers, self.warehouse.group_size(largest_group(engine.prepared_columns))
                )
                steps = Steps("snapshots", len(groups) * len(self.moments), progress)
                for_each_group(
                    self.warehouse,
                    groups,
                    workers,
                    lambda beside, group: self._write(beside, group, folder, steps),
                )
        finally:
            self.warehouse.drop(TARGETS, *ITEM_TABLES)
        anchors = tuple(self._count(folder, moment) for moment in self.moments)
        return Snapshots(self.warehouse, place, self.features, anchors)

    def labelled(self, features_sql: str, moment: datetime) -> str:
        """Add the anchor and its label, an event in `[anchor, anchor + horizon)`, to the features of an anchor."""
        at = self.warehouse.dialect.timestamp(moment)
        label = "CAST(NULL AS SMALLINT)"
        if self.matured(moment):
            until = self.warehouse.dialect.timestamp(moment + self.horizon)
            buyers = f'SELECT "entity_key" FROM "{TARGETS}" WHERE "time" >= {at} AND "time" < {until}'
            label = f'CAST(CASE WHEN s."entity_key" IN ({buyers}) THEN 1 ELSE 0 END AS SMALLINT)'
        return f'SELECT s.*, {at} AS "anchor", {label} AS "label"\nFROM (\n{features_sql}\n) s'

    def _labelled_at_once(self, features_sql: str) -> str:
        """The same for the features of all moments, told apart by their column `moment`."""
        dialect = self.warehouse.dialect
        features = "".join(f", s.{dialect.identifier(name)}" for name in self.features.names)
        until = dialect.earlier('a."moment"', -horizon_of(self.shop).microseconds)
        buyers = (
            f'SELECT DISTINCT t."entity_key", a."moment" FROM "{MOMENTS}" a '
            f'JOIN "{TARGETS}" t ON t."time" >= a."moment" AND t."time" < {until}'
        )
        latest = dialect.timestamp(self.log.end - self.log.lag - self.horizon)
        bought = 'CASE WHEN b."entity_key" IS NULL THEN 0 ELSE 1 END'
        return (
            f'SELECT s."entity_key"{features}, s."moment" AS "anchor", '
            f'CAST(CASE WHEN s."moment" <= {latest} THEN {bought} END AS SMALLINT) AS "label"\n'
            f"FROM (\n{features_sql}\n) s LEFT JOIN (\n{buyers}\n) b "
            'ON b."entity_key" = s."entity_key" AND b."moment" = s."moment"'
        )

    def _write(self, warehouse: "Warehouse", group: Group, folder: Path, steps: Steps) -> None:
        engine = self._engine(warehouse, group.tables)
        try:
            engine.prepare(group.events(warehouse))
            if warehouse.parts_itself:
                self._write_at_once(warehouse, engine, folder, group)
            for moment in () if warehouse.parts_itself else self.moments:
                path = anchor_folder(folder, moment) / f"part-{group.number:02}.parquet"
                rows = self.labelled(engine.grid_sql(moment), moment)
                warehouse.snapshots_to_parquet(rows, path)
                steps.done()
        finally:
            engine.close()

    def _write_at_once(
        self, warehouse: "Warehouse", engine: BatchFeatures, folder: Path, group: Group
    ) -> None:
        """All anchors in one query: an engine that parts its work by itself has more to part."""
        moments = ", ".join(f"({warehouse.dialect.timestamp(moment)})" for moment in self.moments)
        warehouse.make(MOMENTS, f'SELECT v."moment" FROM (VALUES {moments}) AS v ("moment")')
        try:
            rows = self._labelled_at_once(engine.grids_sql(MOMENTS))
            place = warehouse.dialect.place_of('q."anchor"', self.moments)
            name = f"part-{group.number:02}.parquet"
            warehouse.to_parquets(
                rows, place, [anchor_folder(folder, moment) / name for moment in self.moments]
            )
        finally:
            warehouse.drop(MOMENTS)

    def _groups(self, workers: int, largest: int) -> list[Group]:
        if self.buckets is not None:
            return groups_of(self.buckets)
        return entity_groups(self.log.events, workers, large=largest)

    def _engine(self, warehouse: "Warehouse", tables: Tables) -> BatchFeatures:
        population = population_of(self.shop)
        return BatchFeatures(warehouse, self.features, self.log, self.moments, population, tables=tables)

    def _count(self, folder: Path, moment: datetime) -> Anchor:
        """The anchor with its rows and buyers."""
        files = sorted(anchor_folder(folder, moment).glob("*.parquet"))
        [(n, positives)] = self.warehouse.desk.rows(
            f'SELECT COUNT(*), SUM("label") FROM {self.warehouse.desk.parquet(files)} s'
        )
        matured = self.matured(moment)
        return Anchor(moment, matured, n, int(positives or 0) if matured else None, moment + self.horizon)

    def _collect_targets(self) -> None:
        """The few events that a label can see."""
        kind = self.warehouse.dialect.text(self.shop.target.kind)
        self.warehouse.make(TARGETS, f'SELECT "entity_key", "time" FROM "events" WHERE "kind" = {kind}')
