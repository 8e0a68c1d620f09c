"""How one row descends many trees: their top four levels at once, all below a level at a time.

The top four levels of a tree are its crown: up to 15 questions, and 16 doors behind them. Where their table stays small,
`ruling_out` finds the doors; else `asking` does.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.models.descent import Forest
from willbuy.models.one_row import ruling_out
from willbuy.models.one_row.asking import Asking
from willbuy.models.one_row.ruling_out import DOORS, LEVELS, RulingOut, table_bytes
from willbuy.models.rows import Floats


class Crown:
    """A forest laid out for one row, and the work space in which it descends. `leaves` are what the last row found.

    >>> stump = Forest(
    ...     root=[0], feature=[0, 0, 0], threshold=[3.0, np.inf, np.inf], left=[1, 1, 2],
    ...     null_left=[0, 1, 1], value=[0.0, -1.0, 1.0], cover=[8, 6, 2], n_features=1)
    >>> crown = Crown(stump, np.empty(1, dtype=np.float32))
    >>> [float(crown.descend([x])[0]) for x in (2.0, 3.0, np.nan)]
    [-1.0, 1.0, 1.0]
    """

    def __init__(self, forest: Forest, leaves: NDArray[np.floating[Any]]) -> None:
        trees, width = len(forest.root), forest.n_features
        self.leaves = leaves
        self._below = max(0, forest.depth - LEVELS)
        self._threshold = forest.threshold
        self._column, self._step = forest._column, forest._step
        heap = _heap(forest)
        small = table_bytes(forest, heap) <= ruling_out.LARGEST
        self._doors: RulingOut | Asking = (RulingOut if small else Asking)(forest, heap)
        self._twice = bool(self._below) or not small
        self._behind = np.ascontiguousarray(heap[DOORS:].T).ravel()
        self._first = DOORS * np.arange(trees)
        # where nothing lies below, the leaf's value stands behind the door itself
        self._value = forest.value if self._below else forest.value[self._behind]
        # a row is laid out twice, nulls once below and once above every threshold; see `descent.Forest`
        self._row = np.empty(2 * width, dtype=np.float32)
        self._low, self._high = self._row[:width], self._row[width:]
        self._over = np.full(width, np.inf, dtype=np.float32)
        self._under = -self._over
        self._node, self._place = np.empty((2, trees), dtype=np.intp)
        self._reads, self._against = np.empty((2, trees), dtype=np.float32)
        self._right = np.empty(trees, dtype=np.bool_)

    def descend(self, row: Floats | Sequence[float]) -> NDArray[np.floating[Any]]:
        """The leaf values (trees,) of a row (features,), nulls as NaN. The next call overwrites them."""
        given = row if isinstance(row, np.ndarray) else np.array(row, dtype=np.float64)
        if self._twice:
            high = self._high
            high[:] = given
            np.fmax(high, self._under, out=self._low)  # of a null and a number, the number
            np.fmin(high, self._over, out=high)
        np.add(self._doors.door(given, self._row), self._first, out=self._place)
        node = self._descend_below() if self._below else self._place
        return self._value.take(node, out=self.leaves, mode="clip")

    def _descend_below(self) -> NDArray[np.intp]:
        node, place = self._node, self._place
        self._behind.take(place, out=node, mode="clip")
        for _ in range(self._below):
            self._column.take(node, out=place, mode="clip")
            self._row.take(place, out=self._reads, mode="clip")
            self._threshold.take(node, out=self._against, mode="clip")
            np.greater_equal(self._reads, self._against, out=self._right)
            self._step.take(node, out=place, mode="clip")
            np.add(place, self._right, out=node)
        return node


def _heap(forest: Forest) -> NDArray[np.intp]:
    """(32, trees): the node behind each question and, from 16 on, behind each door. A leaf is its own child, both ways.

    Its threshold is above every value, so that it needs no case of its own.
    """
    left = forest._step
    right = left + (left != np.arange(len(left)))
    heap = np.zeros((2 * DOORS, len(forest.root)), dtype=np.intp)
    heap[1] = forest.root
    for question in range(1, DOORS):
        heap[2 * question], heap[2 * question + 1] = left[heap[question]], right[heap[question]]
    return heap
