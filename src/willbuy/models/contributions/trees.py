"""Contributions to a sum of trees: exact Shapley values where the trees are shallow, else path contributions."""

import numpy as np

from willbuy.models.contributions.path import PathValues
from willbuy.models.contributions.paths import leaf_paths
from willbuy.models.contributions.protocol import Contributions
from willbuy.models.contributions.shapley import ShapleyValues
from willbuy.models.descent import Forest
from willbuy.models.scorers import Floats, TreesScorer

LARGEST_TABLE = 10_000_000  # numbers: 80 MB
MOST_SLOTS = 60_000  # features of all leaves' paths, which a row is compared with: less than 2 ms a row
LONGEST = 20  # features of one path


def tree_values(forest: Forest) -> ShapleyValues | PathValues:
    """The method for a forest: Shapley values where its paths have at most MOST_SLOTS features and their tables fit.

    A path's splits on one feature are one condition: a leaf whose path asks d features has d slots and a table of
    d x 2^d numbers.
    """
    if np.count_nonzero(forest.left == np.arange(len(forest.left))) <= MOST_SLOTS:
        paths = leaf_paths(forest)
        asked = np.array([len(path.conditions) for path in paths], dtype=np.int64)
        few = asked.max(initial=0) <= LONGEST and asked.sum() <= MOST_SLOTS
        if few and (asked << asked).sum() <= LARGEST_TABLE:
            return ShapleyValues(forest, paths)
    return PathValues(forest)


class TreeContributions(Contributions):
    """Contributions to boosted trees, whose sum is the log-odds."""

    def __init__(self, scorer: TreesScorer) -> None:
        self._values = tree_values(scorer.forest)
        self.method = self._values.method
        self.base = float(scorer.base) + self._values.base

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) to the log-odds of rows (n, features)."""
        return self._values.of(X)
