"""Contributions to a sum of trees: exact Shapley values where the trees are shallow, else path contributions."""

import numpy as np

from willbuy.models.contributions.path import PathValues
from willbuy.models.contributions.protocol import Contributions
from willbuy.models.contributions.shapley import ShapleyValues
from willbuy.models.descent import Forest
from willbuy.models.scorers import Floats, TreesScorer

LARGEST_TABLE = (
    1 << 22
)  # numbers, 32 MB: 300 trees of depth 5 and 150 of depth 6 fit, in less than 2 ms a row


def tree_values(forest: Forest) -> ShapleyValues | PathValues:
    """The method for a forest: Shapley where leaves x 2^depth x depth numbers are at most LARGEST_TABLE.

    `depth` here is the most features that can stand on one path: a path's splits on one feature are one condition.
    """
    leaves = int(np.count_nonzero(forest.left == np.arange(len(forest.left))))
    features = min(forest.depth, forest.n_features)
    fits = features < 24 and leaves * (features << features) <= LARGEST_TABLE
    return ShapleyValues(forest) if fits else PathValues(forest)


class TreeContributions(Contributions):
    """Contributions to boosted trees, whose sum is the log-odds."""

    def __init__(self, scorer: TreesScorer) -> None:
        self._values = tree_values(scorer.forest)
        self.method = self._values.method
        self.base = float(scorer.base) + self._values.base

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) to the log-odds of rows (n, features)."""
        return self._values.of(X)
