"""Build snapshots: complete under their folder, or not there."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.shop import Shop
from willbuy.snapshots.checks import check_labels, check_target
from willbuy.snapshots.grid import grid
from willbuy.snapshots.horizon import HorizonTask
from willbuy.snapshots.store import Progress, Snapshots

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse


def build_snapshots(
    warehouse: "DuckDBWarehouse",
    shop: Shop,
    features: FeatureSet,
    anchors: Sequence[datetime] | None = None,
    progress: Progress | None = None,
    *,
    folder: Path | None = None,
) -> Snapshots:
    """Write the snapshots of a shop's anchors and return them.

    `anchors` overrides the grid; those that have not matured get no label. They lie in `folder`, by default
    `<home>/snapshots`: complete, or not there. Raises NotEnoughData where the log is too short, has no purchase in
    a label window, or every snapshot buys.
    """
    log = summarise(warehouse)
    check_target(warehouse, shop, log)
    moments = sorted(anchors) if anchors is not None else grid(shop, log.first, log.last, log.lag)
    task = HorizonTask(warehouse, shop, features, log)
    place = shop.home / "snapshots" if folder is None else folder
    partial = place.with_name(place.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        task.write(partial, moments, progress)
        counted = tuple(task.count(partial, moment) for moment in moments)
        if anchors is None:
            check_labels(shop, counted)
        shutil.rmtree(place, ignore_errors=True)
        partial.replace(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Snapshots(warehouse, place, features, counted)
