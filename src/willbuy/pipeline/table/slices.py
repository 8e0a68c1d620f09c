"""What the test rows of a table are told apart by: its periods, its segments, its categories of few values."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.evaluation.sealed import unseen
from willbuy.pipeline.rows import Rows

if TYPE_CHECKING:
    from willbuy.pipeline.table.training import TableTraining

FEW = 12  # values that a slice may have
MOST = 8  # columns that are sliced by: with more of them, some look odd by chance
Texts = NDArray[np.str_]


def slices_by(run: "TableTraining", test: Rows) -> dict[str, Texts]:
    """Title -> the value of each test row (n,)."""
    found = _periods(run, test)
    if run.split.kind == "time":
        new = unseen(run.train.groups, test.groups)
        if not new.all():
            found["entities"] = np.where(new, "unseen in training", "the same, later")
    for name, labels in run.learning.scorer.prepared.labels(test.X).items():  # type: ignore[attr-defined]
        found[name] = np.array(labels)
    for number, column in enumerate(run.table.columns):
        if column.role == "number" or column.name in found or len(found) >= MOST:
            continue
        names = ("no", "yes") if column.role == "flag" else column.every_value
        if len(names) <= FEW:
            found[column.name] = _said(test.X[:, number], names)
    return found


def _periods(run: "TableTraining", test: Rows) -> dict[str, Texts]:
    if "order" not in test.frame:
        return {}
    places, names = test.frame["order"].to_numpy(), run.table.order_names
    known = np.unique(places)
    if not 1 < len(known) <= FEW:
        return {}
    width = len(str(len(known)))  # numbered, so that the order of the texts is that of time
    said = {place: f"{at:0{width}} {names.get(int(place), place)}" for at, place in enumerate(known, 1)}
    return {str(run.shop.table.order): np.array([said[place] for place in places])}


def _said(codes: NDArray[np.float64], names: tuple[str, ...]) -> Texts:
    texts = np.array([*names, "not seen before", "missing"])
    place = np.where(np.isnan(codes), len(names) + 1, np.where(codes < 0, len(names), codes))
    return np.asarray(texts[place.astype(np.intp)])
