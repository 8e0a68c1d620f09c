"""A fifth of a table's entities at random as the test: the common 80/20, with entities whole and buyers spread evenly.

It says how the model does on other rows of the same table. Nothing in it is about the future.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.backtest.split import NOT_FUTURE, TEST, TRAIN, Kind, Parts, Split
from willbuy.errors import SplitError
from willbuy.models.entity_folds import check_disjoint, entity_folds

ONE_IN = 5


@dataclass(frozen=True)
class HoldoutSplit(Split):
    """Which rows are held out."""

    kind: ClassVar[Kind] = "not_future"
    held: npt.NDArray[np.bool_] = field(repr=False)
    groups: npt.NDArray[np.int64] = field(repr=False)
    seed: int

    def __post_init__(self) -> None:
        if len(self.held) != len(self.groups):
            raise SplitError(f"{len(self.held)} rows dealt for {len(self.groups)}; expected one deal a row")
        check_disjoint(self.groups[~self.held], self.groups[self.held])

    def parts(self, rows: pd.DataFrame) -> Parts:
        """TEST for the rows held out, TRAIN for the others."""
        if len(rows) != len(self.held):
            raise SplitError(f"{len(rows)} rows; the split was made for {len(self.held)}")
        return np.where(self.held, TEST, TRAIN).astype(np.int8)

    def describe(self) -> dict[str, Any]:
        """The share held out, the number of entities, and why the split is not in time."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "note": self.note,
            "holdout": round(float(self.held.mean()), 10),
            "entities": len(np.unique(self.groups)),
            "seed": self.seed,
        }


def split_by_holdout(
    groups: npt.ArrayLike, labels: npt.ArrayLike, seed: int, *, reason: str = "", about: str = NOT_FUTURE
) -> HoldoutSplit:
    """Hold out a fifth of the entities (n,), buyers spread evenly; the seed decides whom.

    Raises NotEnoughData where fewer than two entities buy, or fewer than two do not.

    >>> split = split_by_holdout(range(100), [1, 0] * 50, seed=1)
    >>> int(split.held.sum()), int(np.array([1, 0] * 50)[split.held].sum())
    (20, 10)
    """
    entities, outcomes = np.asarray(groups, dtype=np.int64), np.asarray(labels)
    held = entity_folds(outcomes, entities, ONE_IN, seed) == 0
    return HoldoutSplit(held=held, groups=entities, seed=seed, reason=reason, about=about)
