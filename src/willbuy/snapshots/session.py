"""Snapshots of a session task: will this session buy, asked just after its k-th event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import ITEM_TABLES, Tables
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.features.population import session_population_of
from willbuy.shop import Shop
from willbuy.snapshots.groups import LARGE, Group, entity_groups, for_each_group, groups_of
from willbuy.snapshots.session_sql import SessionSQL
from willbuy.snapshots.slots import slot_number, slots
from willbuy.snapshots.steps import Progress, Steps
from willbuy.snapshots.store import Anchor, Snapshots, anchor_folder

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

EXTRA = ("session", "k", "closes")
"""What a snapshot of a session carries beside its features: its session, k, and when that session closes. `closes` is
for splitting in time alone: nobody knows it at the anchor."""


@dataclass(frozen=True)
class SessionTask:
    """Will the session that is open at the anchor still buy? A snapshot is one session after its k-th event.

    An anchor lies one microsecond after the k-th event of a session was known, k from `anchors.after_events`. Its
    label is 1 where an event of the target's kind follows in the same session. A session closes once it has been
    idle for the session gap; those that are still open when the log ends are labelled as seen, and counted.
    """

    warehouse: "Warehouse"
    shop: Shop
    features: FeatureSet
    log: LogSummary
    buckets: Sequence[int] | None = None  # of silver; all of them otherwise

    def build(self, folder: Path, place: Path, progress: Progress | None) -> Snapshots:
        """Write the snapshots into `folder`, by slots of time; they will be read from `place`."""
        starts = slots(self.log.first, self.log.last)
        self._engine(self.warehouse, Tables()).prepare_items()
        try:
            with self.warehouse.side_by_side() as workers:
                groups = self._groups(workers)
                steps = Steps("snapshots", len(groups) * len(starts), progress)
                open_sessions = [0] * len(groups)

                def work(beside: "Warehouse", group: Group) -> None:
                    open_sessions[group.number] = self._write(beside, group, folder, steps)

                for_each_group(self.warehouse, groups, workers, work)
        finally:
            self.warehouse.drop(*ITEM_TABLES)
        written = [start for start in starts if anchor_folder(folder, start).exists()]
        counted = (self._count(folder, start) for start in written)
        anchors = tuple(anchor for anchor in counted if anchor.n)
        return Snapshots(self.warehouse, place, self.features, anchors, sum(open_sessions), EXTRA)

    def _write(self, warehouse: "Warehouse", group: Group, folder: Path, steps: Steps) -> int:
        """Write the snapshots of one group of entities; return how many of its sessions are open at the end."""
        engine = self._engine(warehouse, group.tables)
        sql = SessionSQL(
            warehouse.dialect, group.tables.prepared, self.features.sessions, self.shop.target.kind, self.log
        )
        starts = slots(self.log.first, self.log.last)
        try:
            engine.prepare(group.events(warehouse))
            warehouse.make(sql.sessions_table, sql.sessions())
            warehouse.make(sql.anchors_table, sql.anchors(self.shop.anchors.after_events))
            if warehouse.parts_itself:
                self._write_at_once(warehouse, engine, sql, folder, group)
            for start, end in () if warehouse.parts_itself else pairwise([*starts, datetime.max]):
                warehouse.make(sql.asked_table, sql.asked(start, end))
                if warehouse.has_rows(sql.asked_table):
                    path = anchor_folder(folder, start) / f"part-{group.number:02}.parquet"
                    rows = sql.labelled(engine.pairs_sql(sql.asked_table))
                    warehouse.snapshots_to_parquet(rows, path)
                steps.done()
            return int(warehouse.rows(sql.open_sessions())[0][0])
        finally:
            engine.close()
            warehouse.drop(sql.sessions_table, sql.anchors_table, sql.asked_table)

    def _write_at_once(
        self, warehouse: "Warehouse", engine: BatchFeatures, sql: SessionSQL, folder: Path, group: Group
    ) -> None:
        """All slots in one query: an engine that parts its work by itself has more to part."""
        starts = slots(self.log.first, self.log.last)
        warehouse.make(sql.asked_table, sql.asked(starts[0], datetime.max))
        rows = sql.labelled(engine.pairs_sql(sql.asked_table))
        place = slot_number('q."anchor"', starts, warehouse.dialect)
        name = f"part-{group.number:02}.parquet"
        warehouse.to_parquets(rows, place, [anchor_folder(folder, start) / name for start in starts])

    def _groups(self, workers: int) -> list[Group]:
        if self.buckets is not None:
            return groups_of(self.buckets)
        return entity_groups(self.log.events, workers, large=self.warehouse.group_size(LARGE))

    def _engine(self, warehouse: "Warehouse", tables: Tables) -> BatchFeatures:
        latest = self.log.last + timedelta(microseconds=self.features.sessions.gap.microseconds)
        return BatchFeatures(
            warehouse,
            self.features,
            self.log,
            [self.log.first, latest],
            session_population_of(self.shop),
            sessions=True,
            tables=tables,
        )

    def _count(self, folder: Path, start: datetime) -> Anchor:
        files = sorted(anchor_folder(folder, start).glob("*.parquet"))
        [(n, positives, closes)] = self.warehouse.desk.rows(
            f'SELECT COUNT(*), SUM("label"), MAX("closes") FROM {self.warehouse.desk.parquet(files)} s'
        )
        return Anchor(start, True, n, int(positives or 0), closes or start)
