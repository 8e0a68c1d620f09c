"""Trees as flat arrays, and how rows descend them: all trees at once, one level at a time.

Nodes of all trees lie one after another. A node's right child stands directly after its left one, so that a
step down is `left[node] + (value >= threshold[node])`. A leaf is its own left child under a threshold that
every value is below: whoever arrives stays, and trees of unlike depth need no special case.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError

Singles = NDArray[np.float32]
DEEPEST = 1000  # steps; trees that learn from shops are a hundred times shallower
CHUNK = 1 << 16  # (row, tree) pairs in flight at once: about 3 MB of work space, and the fastest we measured


class Forest:
    """Any number of binary trees over the same features.

    `root` (trees,) is each tree's first node; of every node: `feature`, `threshold` (left where value <
    threshold, as float32), `left`, `null_left` (1: a null goes left), `value` (what a leaf adds; float64 stays so,
    all else becomes float32) and `cover` (how much of the training rows came by: their number, or for boosting
    the sum of their hessians). Scoring does not read the cover; contributions do.

    >>> stump = Forest(
    ...     root=[0], feature=[0, 0, 0], threshold=[3.0, np.inf, np.inf], left=[1, 1, 2],
    ...     null_left=[0, 1, 1], value=[0.0, -1.0, 1.0], cover=[8, 6, 2], n_features=1)
    >>> [float(stump.leaves_of_one(np.array([x], dtype=np.float32))[0]) for x in (2.0, 3.0, np.nan)]
    [-1.0, 1.0, 1.0]
    """

    names: ClassVar[tuple[str, ...]] = (
        "root",
        "feature",
        "threshold",
        "left",
        "null_left",
        "value",
        "cover",
        "n_features",
    )

    def __init__(
        self,
        *,
        root: object,
        feature: object,
        threshold: object,
        left: object,
        null_left: object,
        value: object,
        cover: object,
        n_features: object,
    ) -> None:
        self.root = np.asarray(root, dtype=np.int32)
        self.feature = np.asarray(feature, dtype=np.int32)
        self.threshold = np.ascontiguousarray(threshold, dtype=np.float32)
        self.left = np.asarray(left, dtype=np.int32)
        self.null_left = np.asarray(null_left, dtype=np.uint8)
        # XGBoost adds float32; a forest's shares are float64, and stay so
        exact = np.asarray(value).dtype == np.float64
        self.value: NDArray[np.floating[Any]] = np.ascontiguousarray(
            value, dtype=np.float64 if exact else np.float32
        )
        self.cover = np.ascontiguousarray(cover, dtype=np.float32)
        self.n_features = int(np.asarray(n_features))
        self.depth = self._check()
        self._step = np.ascontiguousarray(self.left, dtype=np.intp)
        self._start = np.ascontiguousarray(self.root, dtype=np.intp)
        # A row is laid out twice, nulls once below and once above every threshold; which copy a node reads
        # decides where its nulls go. No node then needs to ask whether a value is null.
        self._column = self.feature.astype(np.intp) + np.where(self.null_left == 1, 0, self.n_features)

    def _check(self) -> int:
        """Return the depth of the deepest tree; raise BundleError where the arrays are no trees."""
        nodes = len(self.left)
        of_nodes = (self.feature, self.threshold, self.null_left, self.value, self.cover)
        if any(part.shape != (nodes,) for part in of_nodes):
            raise BundleError("trees: the arrays of the nodes are not of one length")
        if self.root.ndim != 1 or not _within(self.root, nodes) or not _within(self.feature, self.n_features):
            raise BundleError("trees: a root or a feature is out of range")
        itself = np.arange(nodes, dtype=np.int32)
        leaf = self.left == itself
        if not (_within(self.left, nodes) and (leaf | (self.left > itself)).all()):
            raise BundleError("trees: a child does not lie behind its parent")
        if not (leaf | (self.left < nodes - 1)).all() or (self.null_left > 1).any():
            raise BundleError("trees: a child or a null direction is out of range")
        stays = (self.threshold == np.inf) & (self.null_left == 1)
        if not np.where(leaf, stays, np.isfinite(self.threshold)).all() or not np.isfinite(self.value).all():
            raise BundleError("trees: a threshold or a leaf is no finite number")
        self._check_cover(leaf)
        return self._levels(leaf)

    def _check_cover(self, leaf: NDArray[np.bool_]) -> None:
        if not (np.isfinite(self.cover) & (self.cover >= 0)).all():
            raise BundleError("trees: a cover is no finite number from 0 on")
        split = self.left[~leaf]
        if not (self.cover[split] + self.cover[split + 1] > 0).all():
            raise BundleError("trees: a split has no cover on either side")

    def _levels(self, leaf: NDArray[np.bool_]) -> int:
        """How many steps until every path has reached its leaf. Children lie behind parents: it ends."""
        level, nodes = 0, np.unique(self.root)
        while not leaf[nodes].all():
            if level == DEEPEST:
                raise BundleError(f"trees: a path is longer than {DEEPEST} steps")
            inner = nodes[~leaf[nodes]]
            nodes = np.unique(np.concatenate((self.left[inner], self.left[inner] + 1)))
            level += 1
        return level

    def leaves_of_one(self, row: Singles) -> NDArray[np.floating[Any]]:
        """The leaf values of one row (features,), one a tree, shape (trees,)."""
        values = _both(row)
        node = self._start
        for _ in range(self.depth):
            right = values[self._column[node]] >= self.threshold[node]
            node = self._step[node] + right
        return self.value[node]

    def leaves(self, rows: NDArray[np.floating[Any]]) -> Iterator[tuple[int, NDArray[np.floating[Any]]]]:
        """Yield (first row, leaf values of shape (trees, rows of this chunk)) in bounded memory."""
        size = max(1, CHUNK // max(1, len(self.root)))
        for first in range(0, len(rows), size):
            yield first, self._leaves_of_chunk(rows[first : first + size].astype(np.float32))

    def _leaves_of_chunk(self, rows: Singles) -> NDArray[np.floating[Any]]:
        count = rows.shape[0]
        values = _both(np.ascontiguousarray(rows.T)).ravel()
        place = np.arange(count)
        node = np.repeat(self._start[:, None], count, axis=1)
        for _ in range(self.depth):
            right = values[self._column[node] * count + place] >= self.threshold[node]
            node = self._step[node] + right
        return self.value[node]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays that make the trees anew."""
        arrays = {name: getattr(self, name) for name in self.names}
        return {**arrays, "n_features": np.asarray(self.n_features, dtype=np.int64)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Make the trees from `arrays()`. Raises BundleError where they are no trees."""
        return cls(**{name: arrays[name] for name in cls.names})


def _both(values: Singles) -> Singles:
    """The values with nulls below everything, then the values with nulls above everything."""
    null = np.isnan(values)
    infinity = np.float32(np.inf)
    return np.concatenate((np.where(null, -infinity, values), np.where(null, infinity, values)))


def _within(values: NDArray[np.int32], end: int) -> bool:
    return bool(((values >= 0) & (values < end)).all())
