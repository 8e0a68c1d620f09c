"""Metrics of the order alone: does the model put buyers above the others? Ties count as they are, exactly.

Each takes `Sums` (b draws at once) and returns (b,) values, NaN where the draw leaves the metric undefined.
"""

import numpy as np

from willbuy.evaluation.cells import Sums
from willbuy.evaluation.resample import Floats


def roc_auc(sums: Sums) -> Floats:
    """The chance that a buyer stands above a non-buyer; a tie counts one half. 0.5 is blind, 1 is perfect.

    >>> from willbuy.evaluation.cells import rank
    >>> ranked, _ = rank(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.7]))
    >>> float(roc_auc(Sums(ranked, np.ones((1, 4))))[0])  # of 4 pairs 2 are right and 1 is tied
    0.625
    """
    ranked = sums.ranked
    first, last = ranked.first[ranked.buyers], ranked.last[ranked.buyers]
    above = sums.total[:, first] - sums.bought_before(first)
    within = sums.total[:, last] - sums.bought_before(last) - above
    lost = np.einsum("bi,bi->b", sums.weights[:, ranked.buyers], above + 0.5 * within)
    with np.errstate(invalid="ignore", divide="ignore"):
        area: Floats = 1.0 - lost / (sums.positives * (sums.all - sums.positives))
    return area


def average_precision(sums: Sums) -> Floats:
    """Mean precision over the buyers, each at the depth that just takes in its tie. Blind guessing gives the base rate.

    >>> from willbuy.evaluation.cells import rank
    >>> ranked, _ = rank(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6]))
    >>> round(float(average_precision(Sums(ranked, np.ones((1, 4))))[0]), 4)  # (1/1 + 2/3) / 2
    0.8333
    """
    ranked = sums.ranked
    last = ranked.last[ranked.buyers]
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = sums.bought_before(last) / sums.total[:, last]
        gained = np.einsum("bi,bi->b", sums.weights[:, ranked.buyers], np.nan_to_num(precision))
        return np.where(sums.positives > 0, gained / sums.positives, np.nan)


def gain(sums: Sums, share: float) -> Floats:
    """The part of all buyers that stands in the top `share` of the rows; a tie at the border is entered in proportion.

    >>> from willbuy.evaluation.cells import rank
    >>> ranked, _ = rank(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.7]))
    >>> float(gain(Sums(ranked, np.ones((1, 4))), 0.75)[0])  # one buyer, and half of the tie's one
    0.75
    """
    ranked = sums.ranked
    depth = share * sums.all
    cell = [np.searchsorted(row, d) - 1 for row, d in zip(sums.total, depth, strict=True)]
    cells = np.clip(np.array(cell, dtype=np.int64), 0, len(ranked.score) - 1)
    first, last, draw = ranked.first[cells], ranked.last[cells], np.arange(len(depth))
    low, high = sums.total[draw, first], sums.total[draw, last]
    edge = np.searchsorted(ranked.buyers, np.stack([first, last]))
    before, after = sums.bought[draw, edge[0]], sums.bought[draw, edge[1]]
    with np.errstate(invalid="ignore", divide="ignore"):
        entered = np.where(high > low, (depth - low) / (high - low), 0.0)
        gained: Floats = (before + entered * (after - before)) / sums.positives
    return gained


def lift(sums: Sums, share: float) -> Floats:
    """How many times more buyers the top `share` of the rows holds than a random pick of as many would."""
    return gain(sums, share) / share
