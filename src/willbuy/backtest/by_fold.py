"""Logs too short for a split in time: every entity is tested once, by a procedure that never saw it.

The entities are dealt into folds, whole, the buyers spread evenly. In each fold the whole procedure is learnt on the
other folds and applied to the rows held out; the predictions of all folds together are the test. That is a statement
about other visitors of the same days, not about the future, and is named so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.backtest.split import NOT_FUTURE, TEST, Kind, Parts, Split
from willbuy.errors import NotEnoughData, SplitError
from willbuy.models.entity_folds import check_disjoint, entity_folds

Bools = npt.NDArray[np.bool_]
TOO_SHORT = "The log is too short for a split in time."


@dataclass(frozen=True)
class FoldSplit(Split):
    """Which fold each row stands in. Every row trains the model that is shipped, and is tested once by another one.

    `more` are further deals of the same rows: the whole cross-validation again, with other neighbours in each fold.
    """

    kind: ClassVar[Kind] = "not_future"
    fold_of: npt.NDArray[np.int64] = field(repr=False)
    groups: npt.NDArray[np.int64] = field(repr=False)
    seed: int
    more: tuple[npt.NDArray[np.int64], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for fold_of in (self.fold_of, *self.more):
            if len(fold_of) != len(self.groups):
                raise SplitError(f"{len(fold_of)} folds for {len(self.groups)} rows; expected one a row")
        for deal in (self, *self.deals()):
            for fitted, held in deal.folds():
                check_disjoint(self.groups[fitted], self.groups[held])

    def deals(self) -> "list[FoldSplit]":
        """The further deals, each a split of its own."""
        return [replace(self, fold_of=fold_of, more=()) for fold_of in self.more]

    @property
    def count(self) -> int:
        """How many folds there are."""
        return int(self.fold_of.max()) + 1

    def folds(self) -> Iterator[tuple[Bools, Bools]]:
        """(rows to learn from, rows held out) of each fold, as masks (n,)."""
        for fold in range(self.count):
            held = self.fold_of == fold
            yield ~held, held

    def parts(self, rows: pd.DataFrame) -> Parts:
        """TEST for every row: each is tested once. All of them train the shipped model as well."""
        if len(rows) != len(self.fold_of):
            raise SplitError(f"{len(rows)} rows; the split was made for {len(self.fold_of)}")
        return np.full(len(rows), TEST, dtype=np.int8)

    def describe(self) -> dict[str, Any]:
        """The number of folds and of entities, and why the split is not in time."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "note": self.note,
            "folds": self.count,
            "entities": len(np.unique(self.groups)),
            "seed": self.seed,
            **({"repeats": 1 + len(self.more)} if self.more else {}),
        }


def split_by_fold(
    groups: npt.ArrayLike,
    labels: npt.ArrayLike,
    seed: int,
    folds: int = 5,
    *,
    repeats: int = 1,
    reason: str = "",
    about: str = NOT_FUTURE,
) -> FoldSplit:
    """Deal entities (n,) into folds: whole, buyers spread evenly; fewer folds where few entities buy.

    With `repeats` they are dealt so many times, by the seeds that follow. `reason` says why time was not possible, and
    travels with the figures, as `about` does: see `Split`. Raises NotEnoughData where fewer than two
    entities buy, or fewer than two do not.

    >>> split = split_by_fold([7, 7, 8, 9, 4, 4], [1, 0, 0, 1, 0, 0], seed=1, folds=2)
    >>> split.count, [int(held.sum()) for fitted, held in split.folds()]
    (2, [3, 3])
    """
    entities, outcomes = np.asarray(groups, dtype=np.int64), np.asarray(labels)
    if len(np.unique(entities)) < 2:
        raise NotEnoughData(f"a split by entity needs at least 2 entities; found {len(np.unique(entities))}")
    fold_of, *more = (entity_folds(outcomes, entities, folds, seed + number) for number in range(repeats))
    return FoldSplit(
        fold_of=fold_of, groups=entities, seed=seed, more=tuple(more), reason=reason or TOO_SHORT, about=about
    )
