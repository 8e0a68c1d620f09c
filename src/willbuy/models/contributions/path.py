"""Path contributions of trees (Saabas 2014): each split's step of the mean goes to the feature that the split asks.

Linear in the length of the path, however deep the tree. Unlike Shapley values they favour the features that stand
near the leaves, and two trees that compute the same may be explained differently.
"""

import numpy as np

from willbuy.models.contributions.units import rounded, unit_for
from willbuy.models.descent import Forest
from willbuy.models.scorers import Floats

CHUNK = 1 << 16  # (row, tree) pairs in flight at once


class PathValues:
    """Of the sum of a forest's trees.

    >>> stump = Forest(
    ...     root=[0], feature=[0, 0, 0], threshold=[3.0, np.inf, np.inf], left=[1, 1, 2],
    ...     null_left=[0, 1, 1], value=[0.0, -1.0, 1.0], cover=[8, 6, 2], n_features=1)
    >>> values = PathValues(stump)
    >>> values.base, values.of(np.array([[2.0], [3.0]])).tolist()
    (-0.5, [[-0.5], [1.5]])
    """

    method = "path"

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        means = node_means(forest)
        largest = 2.0 * float(np.abs(means).max(initial=0.0)) * len(forest.root) * max(1, forest.depth)
        self._means = rounded(means, unit_for(largest))
        self.base = float(self._means[forest.root].sum())

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) of rows (n, features)."""
        parts = np.zeros((len(X), self._forest.n_features))
        size = max(1, CHUNK // max(1, len(self._forest.root)))
        for first in range(0, len(X), size):
            parts[first : first + size] = self._of_chunk(X[first : first + size].astype(np.float32))
        return parts

    def _of_chunk(self, rows: Floats) -> Floats:
        forest, (count, width) = self._forest, rows.shape
        flat, row_start = rows.ravel(), np.arange(count)[:, None] * width
        sums = np.zeros(count * width)
        node = np.tile(forest.root.astype(np.intp), (count, 1))
        for _ in range(forest.depth):
            asked = row_start + forest.feature[node]
            value = flat[asked]
            right = np.where(np.isnan(value), forest.null_left[node] == 0, value >= forest.threshold[node])
            child = forest.left[node] + (right & (forest.left[node] != node))
            step = self._means[child] - self._means[node]
            sums += np.bincount(asked.ravel(), weights=step.ravel(), minlength=len(sums))
            node = child
        return sums.reshape(count, width)


def node_means(forest: Forest) -> Floats:
    """Of every node, the mean of the leaves below it, weighted by their cover."""
    means = forest.value.astype(np.float64)
    cover = forest.cover.astype(np.float64)
    for node in np.flatnonzero(forest.left != np.arange(len(forest.left)))[
        ::-1
    ].tolist():  # children lie behind
        left = int(forest.left[node])
        both = cover[left] + cover[left + 1]
        means[node] = (means[left] * cover[left] + means[left + 1] * cover[left + 1]) / both
    return means
