"""Build snapshots: complete under their folder, or not there."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.errors import ShopError
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.shop import Shop
from willbuy.snapshots.checks import check_holes, check_labels, check_target
from willbuy.snapshots.grid import grid
from willbuy.snapshots.horizon import HorizonTask
from willbuy.snapshots.session import SessionTask
from willbuy.snapshots.steps import Progress
from willbuy.snapshots.store import Snapshots

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse


def build_snapshots(
    warehouse: "Warehouse",
    shop: Shop,
    features: FeatureSet,
    anchors: Sequence[datetime] | None = None,
    progress: Progress | None = None,
    *,
    folder: Path | None = None,
    buckets: Sequence[int] | None = None,
) -> Snapshots:
    """Write the snapshots of a shop's anchors and return them.

    `anchors` overrides a horizon task's grid; those that have not matured get no label. The snapshots lie in `folder`,
    by default `<home>/snapshots`: complete, or not there. `buckets` asks for the entities of some of silver's buckets
    alone, a sample of them: facts about items are still those of the whole log.

    Raises NotEnoughData where the log is too short, nobody buys in a label window, or everybody does.
    """
    place = shop.home / "snapshots" if folder is None else folder
    partial = place.with_name(place.name + ".partial")
    task = _task(warehouse, shop, features, anchors, buckets)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        built = task.build(partial, place, progress)
        if anchors is None and buckets is None:
            check_labels(shop, built.anchors)
        shutil.rmtree(place, ignore_errors=True)
        partial.replace(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return built


def _task(
    warehouse: "Warehouse",
    shop: Shop,
    features: FeatureSet,
    anchors: Sequence[datetime] | None,
    buckets: Sequence[int] | None,
) -> HorizonTask | SessionTask:
    log = summarise(warehouse)
    check_target(warehouse, shop, log)
    if shop.target.within == "session":
        if anchors is not None:
            raise ShopError("a session task has its anchors inside sessions; it takes no moments of a grid")
        return SessionTask(warehouse, shop, features, log, buckets)
    if anchors is None:
        moments = grid(shop, log.first, log.last, log.lag)
        check_holes(warehouse, shop, log, moments)
    else:
        moments = sorted(set(anchors))
    return HorizonTask(warehouse, shop, features, log, moments, buckets)
