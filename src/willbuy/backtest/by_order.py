"""A split of a table by an order column: the later rows are the test.

A table says of its rows which came later (a month, a date, a number), not how long their outcome took to be known. So the test
is of later rows, and no embargo can be set: rows of one place in the order are never parted, and that is all that can be kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.backtest.origins import Origin
from willbuy.backtest.split import TEST, TRAIN, Kind, Parts, Split
from willbuy.errors import NotEnoughData

Ints = npt.NDArray[np.int64]
SHARE = 0.2
MANY = 60  # places in the order: of more, only the first and the last of a part are named
NO_EMBARGO = (
    "There is no embargo: a table does not say when an outcome became known, so one that took longer than a place in the"
    " order would not be noticed."
)


@dataclass(frozen=True)
class OrderSplit(Split):
    """Rows whose order is below `start` train, the others are the test. `names` say what the order's numbers mean."""

    kind: ClassVar[Kind] = "time"
    column: str
    places: tuple[int, ...] = field(repr=False)
    start: int
    names: Mapping[int, str] = field(repr=False)

    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row by its `order`."""
        later = rows["order"].to_numpy(dtype=np.int64) >= self.start
        return np.where(later, TEST, TRAIN).astype(np.int8)

    def describe(self) -> dict[str, Any]:
        """The column, and the places of each part, oldest first; of many places the first and the last."""
        return {
            "kind": self.kind,
            "by": "order",
            "reason": self.reason,
            "column": self.column,
            "train": self._named([place for place in self.places if place < self.start]),
            "test": self._named([place for place in self.places if place >= self.start]),
            "embargo": [],
            "remark": NO_EMBARGO,
        }

    def name(self, place: int) -> str:
        """What a place in the order is called."""
        return self.names.get(place, str(place))

    def _named(self, places: list[int]) -> list[str]:
        shown = places if len(places) <= MANY else [places[0], places[-1]]
        return [self.name(place) for place in shown]


def split_by_order(
    order: npt.ArrayLike,
    column: str,
    names: Mapping[int, str] | None = None,
    start: int | None = None,
    share: float = SHARE,
) -> OrderSplit:
    """Make the rows from `start` on the test; by default the newest places that hold at least `share` of the rows.

    `order` (n,) are whole numbers that rise with time. Raises NotEnoughData where one side would be empty.

    >>> split = split_by_order([1, 1, 1, 1, 2, 2, 3, 3, 4, 4], "Month", {4: "Apr"})
    >>> split.describe()["train"], split.describe()["test"]
    (['1', '2', '3'], ['Apr'])
    """
    found = np.asarray(order, dtype=np.int64)
    places, rows = np.unique(found, return_counts=True)
    if start is None:
        later = np.cumsum(rows[::-1])[::-1]  # rows at this place or later
        enough = np.flatnonzero(later >= share * len(found))
        start = int(places[enough[-1]]) if len(enough) else 0
    if not len(places) or not places[0] < start <= places[-1]:
        known = f"{len(places)} value{'' if len(places) == 1 else 's'}"
        raise NotEnoughData(
            f"the order column {column!r} has {known} in these rows, and none lies on each side of the test's beginning:"
            ' a test of later rows needs older ones. Name another test_from, or take split = "folds"'
        )
    return OrderSplit(column=column, places=tuple(map(int, places)), start=start, names=dict(names or {}))


def origins_in_order(split: OrderSplit, order: npt.ArrayLike, count: int = 3) -> list[Origin]:
    """The tests that could have been made before a split's own, newest first, as masks over its training rows.

    With few places (months) each of the last is a test of what lay before it. With many, each tests the newest
    fifth of what the one after it trained on.

    >>> split = split_by_order([1, 1, 2, 2, 3, 3], "Month", {2: "Feb"})
    >>> [(origin.label, origin.train.tolist(), origin.test.tolist()) for origin in origins_in_order(split, [1, 1, 2, 2])]
    [('Feb', [True, True, False, False], [False, False, True, True])]
    """
    rows = np.asarray(order, dtype=np.int64)
    earlier = [place for place in split.places if place < split.start]
    if len(earlier) <= MANY:
        starts = earlier[:0:-1][:count]
        return [_origin(split, rows, place, place + 1) for place in starts]
    found: list[Origin] = []
    end = split.start
    while len(found) < count:
        try:
            one = split_by_order(rows[rows < end], split.column, split.names)
        except NotEnoughData:
            break
        found.append(_origin(split, rows, one.start, end))
        end = one.start
    return found


def _origin(split: OrderSplit, rows: Ints, start: int, end: int) -> Origin:
    return Origin(split.name(start), train=rows < start, test=(rows >= start) & (rows < end))
