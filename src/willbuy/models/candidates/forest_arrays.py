"""From scikit-learn's trees to flat arrays: each tree's nodes laid out level by level, children side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.models.descent import Forest

Columns = dict[str, NDArray[Any]]


def forest_of(trees: Sequence[Any], n_features: int) -> Forest:
    """The trees, in their order. `trees` are scikit-learn's `tree_` of two classes; leaves keep the share of class 1."""
    roots, parts = [], []
    nodes = 0
    for tree in trees:
        roots.append(nodes)
        parts.append(_laid_out(tree, nodes))
        nodes += len(parts[-1]["left"])
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Forest(root=roots, n_features=n_features, **columns)


def _laid_out(tree: Any, start: int) -> Columns:
    """The nodes of one tree whose root will stand at `start`."""
    order = _by_level(tree.children_left, tree.children_right)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(start, start + len(order))
    child = tree.children_left[order]
    leaf = child == -1
    return {
        "feature": np.where(leaf, 0, tree.feature[order]),
        "threshold": np.where(leaf, np.float32(np.inf), next_above(tree.threshold[order])),
        "left": np.where(leaf, place[order], place[child]),
        "null_left": np.where(leaf, 1, tree.missing_go_to_left[order]),
        "value": np.where(leaf, tree.value[order, 0, 1], 0.0),
        "cover": tree.weighted_n_node_samples[order],
    }


def _by_level(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.int64]:
    """The nodes level by level, a right child directly after its left one."""
    levels = [np.zeros(1, dtype=np.int64)]
    while True:
        inner = levels[-1][left[levels[-1]] != -1]
        if not len(inner):
            return np.concatenate(levels)
        levels.append(np.column_stack((left[inner], right[inner])).ravel())


def next_above(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """The least float32 above each threshold: `x <= threshold` is `x < next_above` for every float32 x.

    An infinite threshold (only nulls go right) becomes the greatest float32, which no feature reaches.

    >>> [float(value) for value in next_above(np.array([1.5, 0.1]))] == [
    ...     float(np.nextafter(np.float32(1.5), np.float32(2))), float(np.float32(0.1))]
    True
    """
    near = threshold.astype(np.float32)
    above = np.where(near > threshold, near, np.nextafter(near, np.float32(np.inf)))
    return np.minimum(above, np.finfo(np.float32).max).astype(np.float32)
