"""Snapshots as they lie on disk: a folder an anchor, Parquet files in it; and how they are read back in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.features.feature_set import FeatureSet
from willbuy.snapshots.sample import Sample

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.engine import Warehouse


@dataclass(frozen=True)
class Anchor:
    """One anchor: its moment (naive UTC), whether its whole label window has passed, its rows and its buyers.

    `positives` is None where it has not matured. `label_end` is the moment at which its last label window ends.
    """

    moment: datetime
    matured: bool
    n: int
    positives: int | None
    label_end: datetime

    @property
    def base_rate(self) -> float | None:
        """Buyers over rows; None where the anchor has not matured or has no row."""
        return self.positives / self.n if self.positives is not None and self.n else None


@dataclass(frozen=True)
class Snapshots:
    """Population x anchors, with features as of the anchor and the label after it."""

    warehouse: "Warehouse"
    folder: Path
    features: FeatureSet
    anchors: tuple[Anchor, ...]
    open_sessions: int = 0  # of a session task: sessions that the log's end cuts, labelled as seen
    extra: tuple[str, ...] = ()  # columns beside the features: session and k of a session task

    @property
    def n(self) -> int:
        """Rows of all anchors."""
        return sum(anchor.n for anchor in self.anchors)

    def frame(
        self, moments: Sequence[datetime] | None = None, sample: Sample | None = None
    ) -> "pd.DataFrame":
        """The snapshots of the given anchors (all by default), sorted by anchor and the entity's bytes.

        With a `sample`, those of its entities alone. Columns: entity_key, entity, anchor, label (0, 1, or null where not matured), then the features in order;
        session tasks have `session` and `k` before the features.
        """
        wanted = {anchor.moment for anchor in self.anchors} if moments is None else set(moments)
        folders = [
            anchor_folder(self.folder, anchor.moment) for anchor in self.anchors if anchor.moment in wanted
        ]
        files = [path for folder in folders for path in sorted(folder.glob("*.parquet"))]
        source = self.warehouse.desk.parquet(files or sorted(self.folder.rglob("*.parquet")))
        if not files:
            source = f"(SELECT * FROM {source} LIMIT 0)"
        return ordered_frame(
            self.warehouse.at_desk("entities"),
            source,
            ("anchor", "label", *self.extra),
            self.features,
            sample,
        )


def ordered_frame(
    warehouse: "Warehouse",
    source: str,
    columns: Sequence[str],
    features: FeatureSet,
    sample: Sample | None = None,
) -> "pd.DataFrame":
    """Rows of a FROM item with their entities' text, sorted by anchor and the entity's bytes."""
    return warehouse.frame(ordered_sql(warehouse, source, columns, features, sample))


def ordered_sql(
    warehouse: "Warehouse",
    source: str,
    columns: Sequence[str],
    features: FeatureSet,
    sample: Sample | None = None,
) -> str:
    """The query of `ordered_frame`."""
    dialect = warehouse.dialect
    chosen = ", ".join(f"s.{dialect.identifier(name)}" for name in (*columns, *features.names))
    entity = dialect.in_text_order('e."entity"')
    order = ", ".join(
        ['s."anchor"', entity, *(f's."{name}"' for name in columns if name in ("session", "k"))]
    )
    drawn = sample.of('"entities"') if sample else '"entities"'
    return (
        f'SELECT s."entity_key", e."entity", {chosen} FROM {source} s '
        f'JOIN {drawn} e ON e."entity_key" = s."entity_key" ORDER BY {order}'
    )


def anchor_folder(folder: Path, moment: datetime) -> Path:
    """The folder of one anchor's files."""
    return folder / f"anchor-{moment:%Y%m%dT%H%M%S}"
