"""Rows grouped into cells: rows with the same scores and the same outcome are one cell with a count.

Every metric here is a function of the cells' weights, so the value (weights = counts) and each bootstrap draw come from
the same code. Scores made of counts repeat a lot: a million rows are often a few thousand cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.resample import Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ranked:
    """One score's cells, best score first, ties side by side.

    `first[i]` and `last[i]` bound the tie that cell i stands in: cells first[i] to last[i] - 1 have its score.
    """

    score: Floats
    bought: Bools
    first: Ints
    last: Ints
    buyers: Ints  # positions of the cells that bought
    gather: Ints | None  # order of the joint cells; None where they stand in this order already
    merge: Ints | None  # where each of these cells begins in the gathered ones; None where no two merge

    def arrange(self, weights: Floats) -> Floats:
        """Bring (b, joint cells) weights into this score's order, adding up cells that it cannot tell apart."""
        if self.gather is not None:
            weights = np.take(weights, self.gather, axis=1)
        if self.merge is not None:
            weights = np.add.reduceat(weights, self.merge, axis=1)
        return weights


@dataclass(frozen=True)
class Cells:
    """The joint cells of several scores over the same rows."""

    of_row: Ints
    size: int
    ranked: dict[str, Ranked]


def make_cells(y: npt.NDArray[np.int8], scores: Mapping[str, Floats]) -> Cells:
    """Group rows by outcome and all scores. The joint cells stand in the first score's order.

    >>> cells = make_cells(np.array([1, 0, 0, 1], dtype=np.int8), {"p": np.array([0.9, 0.1, 0.1, 0.1])})
    >>> cells.size, cells.ranked["p"].score.tolist(), cells.ranked["p"].bought.tolist()
    (3, [0.9, 0.1, 0.1], [True, False, True])
    """
    codes = {name: np.unique(-score, return_inverse=True)[1] for name, score in scores.items()}
    of_row = np.zeros(len(y), dtype=np.int64)
    for code in [*codes.values(), y.astype(np.int64)]:
        of_row = _pair(of_row, code)
    size = int(of_row.max()) + 1
    one = np.empty(size, dtype=np.int64)  # one row of each cell stands for all of them
    one[of_row] = np.arange(len(y))
    bought = y[one] == 1
    ranked = {name: _rank(score[one], bought) for name, score in scores.items()}
    return Cells(of_row=of_row, size=size, ranked=ranked)


def _pair(left: Ints, right: Ints) -> Ints:
    """Codes of the pairs (left, right), dense and ordered by left, then right."""
    codes: Ints = np.unique(left * (int(right.max()) + 1) + right, return_inverse=True)[1]
    return codes


def _rank(score: Floats, bought: Bools) -> Ranked:
    order = np.lexsort((bought, -score))
    score, bought = score[order], bought[order]
    new = np.ones(len(score), dtype=bool)
    new[1:] = (np.diff(score) != 0) | (bought[1:] != bought[:-1])
    starts = np.flatnonzero(new)
    score, bought = score[starts], bought[starts]
    _, first, tied = np.unique(-score, return_index=True, return_inverse=True)
    last = np.append(first[1:], len(score))
    return Ranked(
        score=score,
        bought=bought,
        first=first[tied],
        last=last[tied],
        buyers=np.flatnonzero(bought),
        gather=None if np.array_equal(order, np.arange(len(order))) else order,
        merge=None if len(starts) == len(order) else starts,
    )


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

    def bought_before(self, cells: Ints) -> Floats:
        """The buying weight of the cells before each of `cells`."""
        before: Floats = self.bought[:, np.searchsorted(self.ranked.buyers, cells)]
        return before


def _running(weights: Floats) -> Floats:
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums
