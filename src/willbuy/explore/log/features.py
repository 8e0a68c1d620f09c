"""The shop's features on a sample of its visitors, and how they go together."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from willbuy.errors import NotEnoughData
from willbuy.explore.correlation import Correlations, correlations
from willbuy.explore.log.balance import Balance
from willbuy.explore.log.view import LogView
from willbuy.features.describe import of_shop
from willbuy.snapshots.build import build_snapshots
from willbuy.snapshots.steps import Progress
from willbuy.snapshots.store import Snapshots
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.engine import Warehouse

ROWS = 20_000
"""Snapshots that are compared at most; entities are drawn whole."""

EVENTS = 500_000
"""Events of the sample, about: a bucket of entities is the least."""

ANCHORS = 3


class Features(TypedDict):
    """The correlations, and the sample they are made of; `why_not` says why there is none to show."""

    why_not: str
    sample: str
    entities: int
    anchors: list[str]
    nulls: dict[str, float]
    correlations: Correlations | None


def features(
    warehouse: "Warehouse",
    view: LogView,
    balance: Balance,
    folder: Path,
    progress: Progress | None = None,
) -> Features:
    """The shop's features at a few anchors, for the visitors of some of silver's buckets: ids are spread over them evenly."""
    empty = Features(
        why_not=balance["why_not"], sample="", entities=0, anchors=[], nulls={}, correlations=None
    )
    if balance["why_not"]:
        return empty
    buckets = _buckets(view.log.events)
    anchors = None if view.shop.target.within == "session" else _spread(balance)
    try:
        declared = of_shop(view.shop, warehouse)
        built = build_snapshots(
            warehouse, view.shop, declared, anchors, progress, folder=folder, buckets=buckets
        )
    except NotEnoughData as error:
        return {**empty, "why_not": f"No feature can be made: {error}."}
    frame = _sample(warehouse, built)
    if len(frame) < 2:
        return {**empty, "why_not": "The sample holds too few snapshots to compare features."}
    numbers = frame[["label", *declared.names]]
    entities = int(frame["entity_key"].nunique())
    return Features(
        why_not="",
        sample=_words(len(frame), entities, frame, len(buckets or range(BUCKETS))),
        entities=entities,
        anchors=sorted({at.isoformat() for at in frame["anchor"]})[:ANCHORS] if anchors else [],
        nulls={name: float(numbers[name].isna().mean()) for name in declared.names},
        correlations=correlations(numbers),
    )


def _buckets(events: int) -> Sequence[int] | None:
    """The buckets of a sample of about EVENTS events: all where the log holds no more.

    >>> _buckets(400_000), _buckets(2_756_101), _buckets(30_000_000)
    (None, (0, 1, 2), (0,))
    """
    return None if events <= EVENTS else tuple(range(-(-BUCKETS * EVENTS // events)))


def _spread(balance: Balance) -> list[datetime]:
    """The first, the middle and the last anchor whose labels are known."""
    known = [datetime.fromisoformat(one["anchor"]) for one in balance["anchors"] if one["matured"]]
    return sorted({known[0], known[len(known) // 2], known[-1]})


def _sample(warehouse: "Warehouse", built: Snapshots) -> "pd.DataFrame":
    """Up to ROWS snapshots whose labels are known: all of an entity's, entities by a hash of their key."""
    files = sorted(built.folder.rglob("*.parquet"))
    names = ", ".join(warehouse.dialect.identifier(name) for name in built.features.names)
    return warehouse.desk.frame(
        f'SELECT "entity_key", "anchor", "label", {names} FROM {warehouse.desk.parquet(files)} s WHERE "label" IS NOT NULL '
        f'ORDER BY hash("entity_key"), "anchor", "entity_key" LIMIT {ROWS}'
    )


def _words(rows: int, entities: int, frame: "pd.DataFrame", buckets: int) -> str:
    anchors, buyers = frame["anchor"].nunique(), int(frame["label"].sum())
    part = (
        ""
        if buckets == BUCKETS
        else f", drawn from {buckets} of the {BUCKETS} parts that visitors are spread over"
    )
    when = f"at {anchors} anchors" if anchors <= ANCHORS else f"at {anchors:,} moments"
    return f"{rows:,} snapshots ({buyers:,} that buy) of {entities:,} visitors {when}{part}."
