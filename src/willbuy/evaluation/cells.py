"""Rows grouped into cells: rows with the same score and the same outcome are one cell with a count.

Every metric here is a function of the cells' weights, so the value (weights = counts) and each bootstrap draw come from
the same code. Scores made of counts repeat a lot: a million rows are often a few thousand cells.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.resample import Floats, Ints

Bools = npt.NDArray[np.bool_]
FINEST = 10_000  # draws see at most this many steps of rows, and as many of buyers
_EPS = np.finfo(np.float64).eps  # as scikit-learn clips: a certain and wrong answer costs 36, not infinity


@dataclass(frozen=True)
class Ranked:
    """One score's cells, best score first, ties side by side.

    `first[i]` and `last[i]` bound the tie that cell i stands in: cells first[i] to last[i] - 1 have its score.
    `columns` are what a row of the cell adds to the log loss, to the Brier score and to the number predicted.
    """

    score: Floats
    bought: Bools
    first: Ints
    last: Ints
    columns: Floats

    @cached_property
    def buyers(self) -> Ints:
        """The positions of the cells that bought."""
        return np.flatnonzero(self.bought)

    @property
    def predicted(self) -> Floats:
        """The mean score of each cell's rows."""
        column: Floats = self.columns[:, 2]
        return column


def rank(y: npt.NDArray[np.int8], p: Floats) -> tuple[Ranked, Ints]:
    """(cells, cell of each row) of the scores `p` with the outcomes `y`.

    >>> ranked, of_row = rank(np.array([1, 0, 0, 1], dtype=np.int8), np.array([0.9, 0.1, 0.1, 0.1]))
    >>> ranked.score.tolist(), ranked.bought.tolist(), of_row.tolist()
    ([0.9, 0.1, 0.1], [True, False, True], [0, 1, 1, 2])
    """
    below, tie = np.unique(-p, return_inverse=True)
    codes, of_row = np.unique(2 * tie + y, return_inverse=True)
    score, bought = -below[codes // 2], codes % 2 == 1
    first, last = _ties(codes // 2)
    return Ranked(score, bought, first, last, _columns(score, bought)), of_row


def coarsen(ranked: Ranked, counts: Floats, threshold: float, finest: int = FINEST) -> tuple[Ranked, Ints]:
    """(coarser cells, coarser cell of each cell): neighbours are tied where there are too many to draw them all.

    Steps hold at most 1 in `finest` of the rows and 1 in `finest` of the buyers, and none crosses the threshold. Values are
    never computed on coarse cells, draws are: the spread of a figure is the same to four digits.
    """
    step = _steps(ranked.first, counts, finest) + _steps(ranked.first, counts * ranked.bought, finest)
    _, rough = np.unique(step + (ranked.score < threshold), return_inverse=True)
    codes, of_cell = np.unique(2 * rough + ranked.bought, return_inverse=True)
    if len(codes) == len(counts):
        return ranked, of_cell
    rows = np.bincount(of_cell, weights=counts)
    columns = np.stack(
        [np.bincount(of_cell, weights=counts * column) / rows for column in ranked.columns.T], axis=1
    )
    best = np.full(int(rough.max()) + 1, -np.inf)
    np.maximum.at(best, rough, ranked.score)
    first, last = _ties(codes // 2)
    return Ranked(best[codes // 2], codes % 2 == 1, first, last, columns), of_cell


def _steps(first: Ints, weights: Floats, finest: int) -> Ints:
    """Which of `finest` equal shares of the weights lies before each tie; every tie its own where there are few."""
    before = np.concatenate([[0.0], np.cumsum(weights)])[first]
    steps: Ints = (before / max(float(weights.sum()), 1e-300) * finest).astype(np.int64)
    return steps


def _ties(tie: Ints) -> tuple[Ints, Ints]:
    _, first, of_cell = np.unique(tie, return_index=True, return_inverse=True)
    last = np.append(first[1:], len(tie))
    return first[of_cell], last[of_cell]


def _columns(score: Floats, bought: Bools) -> Floats:
    p = np.clip(score, _EPS, 1 - _EPS)
    return np.stack([-np.where(bought, np.log(p), np.log1p(-p)), (score - bought) ** 2, score], axis=1)


class Sums:
    """Running sums of one batch of weights, best score first: what every metric reads.

    `total[:, j]` is the weight of the first j cells, `bought[:, j]` that of the first j *buying* cells.
    """

    def __init__(self, ranked: Ranked, weights: Floats) -> None:
        self.ranked = ranked
        self.weights = weights
        self.total = _running(weights)
        self.bought = _running(weights[:, ranked.buyers])
        self.all = self.total[:, -1]
        self.positives = self.bought[:, -1]

    @cached_property
    def added(self) -> Floats:
        """(b, 3) sums of the columns: log loss, Brier, predicted."""
        return np.asarray(self.weights @ self.ranked.columns)

    def bought_before(self, cells: Ints) -> Floats:
        """The buying weight of the cells before each of `cells`."""
        before: Floats = self.bought[:, np.searchsorted(self.ranked.buyers, cells)]
        return before


def _running(weights: Floats) -> Floats:
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums
