"""Exact path-dependent Shapley values of trees (Lundberg et al. 2020, "TreeSHAP"), from tables laid out beforehand.

The value of a coalition of features is a tree's mean over the training rows where splits on other features are
passed by their cover. By linearity each leaf can be explained by itself. A leaf is reached when every feature on
its path meets its condition; a coalition gives value x (1 or 0 for each of its features: does the row meet the
condition?) x (for every other feature, the share of cover that goes the leaf's way). So what a feature gets of a
leaf depends on one bit for each feature of the path. A path has few features: the values for all patterns of bits
are laid out once, and a row is explained by comparing, looking up and adding.
"""

from functools import cached_property
from math import factorial

import numpy as np
from numpy.typing import NDArray

from willbuy.models.contributions.paths import LeafPath, Slots, leaf_paths
from willbuy.models.contributions.units import rounded, unit_for
from willbuy.models.descent import Forest
from willbuy.models.scorers import Floats

TABLE_CHUNK = 1 << 16  # numbers of the tables made at once: few enough to stay in a processor's cache
CHUNK = 1 << 18  # (row, slot) pairs in flight at once: about 8 MB of work space


class ShapleyValues:
    """Of the sum of a forest's trees.

    >>> stump = Forest(
    ...     root=[0], feature=[0, 0, 0], threshold=[3.0, np.inf, np.inf], left=[1, 1, 2],
    ...     null_left=[0, 1, 1], value=[0.0, -1.0, 1.0], cover=[8, 6, 2], n_features=1)
    >>> values = ShapleyValues(stump)  # the mean of the tree is (6 x -1 + 2 x 1) / 8
    >>> values.base, values.of(np.array([[2.0], [3.0]])).tolist()
    (-0.5, [[-0.5], [1.5]])
    """

    method = "shapley"

    def __init__(self, forest: Forest, paths: list[LeafPath] | None = None) -> None:
        self._n_features = forest.n_features
        self._paths = leaf_paths(forest) if paths is None else paths
        values = np.array([path.value for path in self._paths], dtype=np.float64)
        deepest = max((len(path.shares) for path in self._paths), default=0)
        self._unit = unit_for(float(np.abs(values).sum()) * max(1, deepest))
        reached = np.array(
            [np.prod(path.shares) for path in self._paths]
        )  # share of cover that reaches the leaf
        self.base = float(rounded(values * reached, self._unit).sum())

    @cached_property
    def _laid_out(self) -> tuple[Slots, Floats, NDArray[np.intp]]:
        """The slots, the tables, and where in them each slot's numbers begin. Made when the first row is explained."""
        paths = self._paths
        slots = Slots(paths, self._n_features)
        values = np.array([path.value for path in paths], dtype=np.float64)
        table, first = _tables([path.shares for path in paths], values, self._unit)
        patterns = 1 << np.array([len(path.shares) for path in paths], dtype=np.intp)
        return slots, table, first[slots.leaf] + slots.number * patterns[slots.leaf]

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) of rows (n, features)."""
        parts = np.zeros((len(X), self._n_features))
        slots, table, place = self._laid_out
        if not len(place):
            return parts
        size = max(1, CHUNK // len(place))
        for first in range(0, len(X), size):
            rows = np.ascontiguousarray(X[first : first + size].T, dtype=np.float32)
            gained = table[place[:, None] + slots.patterns(rows)[slots.leaf]]
            sums = np.add.reduceat(gained, slots.starts, axis=0)
            parts[first : first + size, slots.features] = sums.T
        return parts


def _tables(shares: list[Floats], values: Floats, unit: float) -> tuple[Floats, NDArray[np.intp]]:
    """Every leaf's table, one after another, and where each begins; leaves of one number of features at once."""
    sizes = np.array([len(share) << len(share) for share in shares], dtype=np.intp)
    first = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.intp) if len(sizes) else sizes
    table = np.empty(int(sizes.sum()))
    for depth in sorted({len(share) for share in shares} - {0}):
        of_depth = np.flatnonzero([len(share) == depth for share in shares])
        chunks = min(len(of_depth), 1 + len(of_depth) * (depth << depth) // TABLE_CHUNK)
        for leaves in np.array_split(of_depth, chunks):
            numbers = _table(np.array([shares[leaf] for leaf in leaves]), values[leaves])
            places = first[leaves][:, None] + np.arange(depth << depth)
            table[places] = rounded(numbers.reshape(len(leaves), -1), unit)
    return table, first


def _table(shares: Floats, values: Floats) -> Floats:
    """What each of d features gets for each pattern of bits: (leaves, d, 2^d), from shares (leaves, d), values (leaves,).

    A feature's Shapley value is the mean, over the orders in which features may join, of what its joining changes:
    (bit - share) x the product over the others of bit (joined before) or share. The polynomial collects these
    products by how many have joined; s of d - 1 joined before in s! (d - 1 - s)! / d! of the orders.
    """
    depth = shares.shape[1]
    bits = (np.arange(1 << depth)[:, None] >> np.arange(depth)) & 1
    weights = [factorial(s) * factorial(depth - 1 - s) / factorial(depth) for s in range(depth)]
    table = np.empty((len(shares), depth, 1 << depth))
    for feature in range(depth):
        joined = np.zeros((depth, len(shares), 1 << depth))
        joined[0] = 1.0
        for other in range(depth):
            if other != feature:
                stays, joins = shares[:, other, None], bits[None, :, other]
                joined[1:] = joined[1:] * stays + joined[:-1] * joins
                joined[0] *= stays
        mean = sum(weight * product for weight, product in zip(weights, joined, strict=True))
        table[:, feature] = mean * (bits[None, :, feature] - shares[:, feature, None]) * values[:, None]
    return table
