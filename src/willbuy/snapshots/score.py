"""Who is to be scored at a moment, with their features as of then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.errors import NotEnoughData
from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import ITEM_TABLES
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary, summarise
from willbuy.features.population import population_of, session_population_of
from willbuy.shop import Shop
from willbuy.snapshots.groups import LARGE, Group, entity_groups, for_each_group
from willbuy.snapshots.session import EXTRA
from willbuy.snapshots.session_sql import SessionSQL
from willbuy.snapshots.steps import Progress, Steps
from willbuy.snapshots.store import ordered_sql

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.engine import Warehouse


@contextmanager
def score_rows(
    warehouse: "Warehouse", shop: Shop, features: FeatureSet, as_of: datetime
) -> Iterator[tuple[str, NotEnoughData]]:
    """The query of the rows of `score_frame`, which stands while the context lasts, and what to raise where it has none."""
    asked = _Asked(shop, features, summarise(warehouse), as_of)
    [whole] = entity_groups(0, workers=1)
    asked.engine(warehouse, whole).prepare_items()
    try:
        with asked.rows(warehouse, whole) as source:
            yield ordered_sql(warehouse, source, asked.columns, features), asked.nobody()
    finally:
        warehouse.drop(*ITEM_TABLES)


def score_frame(warehouse: "Warehouse", shop: Shop, features: FeatureSet, as_of: datetime) -> "pd.DataFrame":
    """Who is to be scored at any moment: entity_key, entity, anchor, then the features in order.

    For a horizon task the population of that moment; for a session task the entities with an open session, with
    its columns session, k and closes before the features. Only what was known at the moment is read. Sorted by
    the entity's bytes. Raises NotEnoughData where there is nobody to score.
    """
    with score_rows(warehouse, shop, features, as_of) as (sql, nobody):
        frame = warehouse.frame(sql)
    if frame.empty:
        raise nobody
    return frame


def write_score_rows(
    warehouse: "Warehouse",
    shop: Shop,
    features: FeatureSet,
    as_of: datetime,
    path: Path,
    progress: Progress | None = None,
) -> None:
    """Write the rows of `score_frame` to a Parquet file, however many they are: complete under its name, or not there.

    Entities go by groups, each into a file of its own beside `path`; those that are there already are taken as they
    are. Raises NotEnoughData where there is nobody to score.
    """
    asked = _Asked(shop, features, summarise(warehouse), as_of)
    with warehouse.side_by_side() as workers:
        at_once = 1 if not warehouse.parts_a_moment else workers
        groups = entity_groups(asked.log.events, at_once, large=warehouse.group_size(LARGE))
        steps = Steps("features", len(groups), progress)
        try:
            if len(groups) == 1:
                _write_at_once(warehouse, asked, groups[0], path, steps)
            else:
                _write_by_groups(warehouse, asked, groups, workers, path, steps)
        finally:
            warehouse.drop(*ITEM_TABLES)


def _write_at_once(warehouse: "Warehouse", asked: "_Asked", whole: Group, path: Path, steps: Steps) -> None:
    """Write everybody's rows in order, as the engine computes them."""
    asked.engine(warehouse, whole).prepare_items()
    with asked.rows(warehouse, whole) as source:
        warehouse.to_parquet(ordered_sql(warehouse, source, asked.columns, asked.features), path, soon=True)
    steps.done()
    if _is_empty(warehouse, [path]):
        path.unlink()
        raise asked.nobody()


def _write_by_groups(
    warehouse: "Warehouse",
    asked: "_Asked",
    groups: Sequence[Group],
    workers: int,
    path: Path,
    steps: Steps,
) -> None:
    """Write each group's rows, then all of them in order."""
    files = [path.with_name(f"group-{len(groups):02}-{group.number:02}.parquet") for group in groups]

    def work(beside: "Warehouse", group: Group) -> None:
        if not files[group.number].exists():
            with asked.rows(beside, group) as source:
                beside.to_parquet(f"SELECT * FROM {source} s", files[group.number], soon=True)
        steps.done()

    if not all(file.exists() for file in files):
        asked.engine(warehouse, groups[0]).prepare_items()
    for_each_group(warehouse, groups, workers, work)
    if _is_empty(warehouse, files):
        raise asked.nobody()
    desk = warehouse.at_desk("entities")
    desk.to_parquet(ordered_sql(desk, desk.parquet(files), asked.columns, asked.features), path, soon=True)
    for file in files:
        file.unlink()


def _is_empty(warehouse: "Warehouse", files: Sequence[Path]) -> bool:
    return not warehouse.desk.rows(f"SELECT 1 FROM {warehouse.desk.parquet(files)} LIMIT 1")


@dataclass(frozen=True)
class _Asked:
    """Whom to score, and when."""

    shop: Shop
    features: FeatureSet
    log: LogSummary
    as_of: datetime

    @property
    def in_session(self) -> bool:
        return self.shop.target.within == "session"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns beside the features."""
        return ("anchor", *EXTRA) if self.in_session else ("anchor",)

    def engine(self, warehouse: "Warehouse", group: Group) -> BatchFeatures:
        """The engine of a group of entities."""
        population = session_population_of(self.shop) if self.in_session else population_of(self.shop)
        return BatchFeatures(
            warehouse,
            self.features,
            self.log,
            [self.as_of],
            population,
            sessions=self.in_session,
            tables=group.tables,
        )

    @contextmanager
    def rows(self, warehouse: "Warehouse", group: Group) -> Iterator[str]:
        """A FROM item with the group's rows; it stands while the context lasts. Facts about items must be there."""
        engine = self.engine(warehouse, group)
        sql = SessionSQL(
            warehouse.dialect, engine.tables.prepared, self.features.sessions, self.shop.target.kind, self.log
        )
        try:
            engine.prepare(group.events(warehouse))
            if self.in_session:
                warehouse.make(sql.anchors_table, sql.open_at(self.as_of))
                yield (
                    '(SELECT f.*, a."moment" AS "anchor", a."session", a."k", a."closes" FROM (\n'
                    f"{engine.pairs_sql(sql.anchors_table)}\n) f "
                    f'JOIN "{sql.anchors_table}" a ON a."pair" = f."pair")'
                )
            else:
                at = warehouse.dialect.timestamp(self.as_of)
                yield f'(SELECT f.*, {at} AS "anchor" FROM (\n{engine.grid_sql(self.as_of)}\n) f)'
        finally:
            engine.close()
            warehouse.drop(sql.anchors_table)

    def nobody(self) -> NotEnoughData:
        """Nobody is to be scored."""
        who = (
            "no session is open"
            if self.in_session
            else f"nobody is in the population (a {population_of(self.shop).meaning} above 0)"
        )
        return NotEnoughData(
            f"{who} at {self.as_of:%Y-%m-%d %H:%M} UTC; the log spans {self.log.first:%Y-%m-%d %H:%M} to "
            f"{self.log.last:%Y-%m-%d %H:%M} UTC. Choose another moment, or widen [population] in shop.toml"
        )
