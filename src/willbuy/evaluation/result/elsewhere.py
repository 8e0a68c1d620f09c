"""The same procedure tested elsewhere than on the test part: at earlier moments, fold by fold, on a shuffled split."""

from typing import NotRequired, TypedDict

from willbuy.evaluation.result.metrics import Estimate, Figures, Spread


class OriginPoint(TypedDict):
    """The procedure at one earlier moment, or the test itself (the last)."""

    anchor: str
    test: bool
    train_rows: int
    train_base_rate: float
    figures: Figures
    difference: Estimate | None  # from the verdict's rule at the same moment, in the verdict's metric, paired


class Origins(TypedDict):
    """Rolling origins, oldest first, the test last."""

    points: list[OriginPoint]
    over: dict[str, Spread]
    rows: int  # an origin learns from at most this many rows, entities whole
    note: str  # what the origins share, and why there are fewer than three


class FoldPoint(TypedDict):
    """One fold of a cross-validation by entity: the candidate that its own procedure chose, and its figures."""

    repeat: NotRequired[int]  # which deal, from 1, where there are several
    fold: int
    model: str
    figures: Figures


class Folds(TypedDict):
    """A cross-validation by entity, fold by fold. The test figures are those of all folds on one pile."""

    points: list[FoldPoint]
    over: dict[str, Spread]
    repeats: NotRequired[list[Figures]]  # the pile of each deal, the first being the test
    over_repeats: NotRequired[dict[str, Spread]]


class Shuffled(TypedDict):
    """What a shuffled split would have promised, beside the test."""

    promised: Figures
    held: Figures
    gap: dict[str, Estimate]  # metric -> promised minus held
    rows: int  # learnt from and tested on
    shared_share: float | None  # of the shuffled test's entities, in its training rows as well
    how: str
    words: str
