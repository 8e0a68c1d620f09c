"""Snapshots of a session task: will this session buy, asked just after its k-th event."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import drop, is_empty, make
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.features.population import session_population_of
from willbuy.shop import Shop
from willbuy.snapshots.groups import entity_groups
from willbuy.snapshots.session_sql import ANCHORS, ASKED, SESSIONS, SessionSQL
from willbuy.snapshots.slots import slots
from willbuy.snapshots.store import Anchor, Progress, Snapshots, anchor_folder

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse

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

    warehouse: "DuckDBWarehouse"
    shop: Shop
    features: FeatureSet
    log: LogSummary

    @property
    def sql(self) -> SessionSQL:
        """The queries of this task."""
        return SessionSQL(self.warehouse.dialect, self.features.sessions, self.shop.target.kind, self.log)

    def build(self, folder: Path, place: Path, progress: Progress | None) -> Snapshots:
        """Write the snapshots into `folder`, by slots of time; they will be read from `place`."""
        population = session_population_of(self.shop)
        engine = BatchFeatures(self.warehouse, self.features, self.log, population, sessions=True)
        starts = slots(self.log.first, self.log.last)
        open_sessions = 0
        try:
            for number, group in enumerate(entity_groups(self.log)):
                engine.prepare([self.log.first, self.log.last + timedelta(microseconds=1)], group)
                make(self.warehouse, SESSIONS, self.sql.sessions())
                make(self.warehouse, ANCHORS, self.sql.anchors(self.shop.anchors.after_events))
                open_sessions += self.warehouse.rows(self.sql.open_sessions())[0][0]
                for start, end in zip(starts, [*starts[1:], datetime.max], strict=True):
                    self._write(
                        engine, start, end, anchor_folder(folder, start) / f"part-{number:02}.parquet"
                    )
                    if progress is not None:
                        progress(f"snapshots of sessions from {start:%Y-%m-%d %H:%M}")
        finally:
            engine.close()
            drop(self.warehouse, SESSIONS, ANCHORS, ASKED)
        anchors = tuple(
            self._count(folder, start) for start in starts if anchor_folder(folder, start).exists()
        )
        return Snapshots(self.warehouse, place, self.features, anchors, open_sessions, EXTRA)

    def _write(self, engine: BatchFeatures, start: datetime, end: datetime, path: Path) -> None:
        make(self.warehouse, ASKED, self.sql.asked(start, end))
        if not is_empty(self.warehouse, ASKED):
            self.warehouse.to_parquet(self.sql.labelled(engine.pairs_sql(ASKED)), path)

    def _count(self, folder: Path, start: datetime) -> Anchor:
        files = sorted(anchor_folder(folder, start).glob("*.parquet"))
        [(n, positives, closes)] = self.warehouse.rows(
            f'SELECT COUNT(*), SUM("label"), MAX("closes") FROM {self.warehouse.parquet(files)} s'
        )
        return Anchor(start, True, n, int(positives), closes)
