"""How one row descends many trees: their top four levels at once, all below a level at a time.

The top four levels of a tree are its crown: up to 15 questions. All of them are asked, whether the row comes by or not,
which for numpy is less work than to find out which ones matter: it is one comparison for all trees. The 15 answers are the
bits of a number, and a table says for each such number behind which of 16 doors they lead.

    question   1 is the root; the children of q are 2 q (left) and 2 q + 1 (right); its answer is bit q - 1, 1 for right
    door       0 is leftmost, 15 rightmost
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.models.descent import Forest
from willbuy.models.rows import Floats

LEVELS, DOORS = 4, 16


def doors() -> NDArray[np.uint8]:
    """For each pattern of 15 answers the door that they lead to.

    >>> found = doors()
    >>> int(found[0]), int(found[0b1]), int(found[2**15 - 1])
    (0, 8, 15)
    """
    patterns = np.arange(1 << (DOORS - 1))
    question = np.ones_like(patterns)
    for _ in range(LEVELS):
        question = 2 * question + (patterns >> (question - 1) & 1)
    return (question - DOORS).astype(np.uint8)


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
        self._value, self._threshold = forest.value, forest.threshold
        self._column, self._step = forest._column, forest._step
        heap = _heap(forest)
        # the 16th question of a crown is one that nobody asks: its answers then fill two bytes
        self._columns = np.zeros((trees, DOORS), dtype=np.intp)
        self._columns[:, :-1] = forest._column[heap[1:DOORS].T]
        self._thresholds = np.full((trees, DOORS), np.inf, dtype=np.float32)
        self._thresholds[:, :-1] = forest.threshold[heap[1:DOORS].T]
        self._behind = np.ascontiguousarray(heap[DOORS:].T).ravel()
        self._first = DOORS * np.arange(trees)
        self._doors = doors()
        # a row is laid out twice, nulls once below and once above every threshold; see `descent.Forest`
        self._row = np.empty(2 * width, dtype=np.float32)
        self._low, self._high = self._row[:width], self._row[width:]
        self._over = np.full(width, np.inf, dtype=np.float32)
        self._under = -self._over
        self._asked = np.empty((trees, DOORS), dtype=np.float32)
        self._answers = np.empty((trees, DOORS), dtype=np.bool_)
        self._node, self._place = np.empty((2, trees), dtype=np.intp)
        self._reads, self._against = np.empty((2, trees), dtype=np.float32)
        self._right = np.empty(trees, dtype=np.bool_)

    def descend(self, row: Floats | Sequence[float]) -> NDArray[np.floating[Any]]:
        """The leaf values (trees,) of a row (features,), nulls as NaN. The next call overwrites them."""
        self._lay(row)
        node, place = self._node, self._place
        self._row.take(self._columns, out=self._asked, mode="clip")
        np.greater_equal(self._asked, self._thresholds, out=self._answers)
        answers = np.packbits(self._answers, bitorder="little").view("<u2")
        np.add(self._doors.take(answers), self._first, out=place)
        self._behind.take(place, out=node, mode="clip")
        for _ in range(self._below):
            self._column.take(node, out=place, mode="clip")
            self._row.take(place, out=self._reads, mode="clip")
            self._threshold.take(node, out=self._against, mode="clip")
            np.greater_equal(self._reads, self._against, out=self._right)
            self._step.take(node, out=place, mode="clip")
            np.add(place, self._right, out=node)
        return self._value.take(node, out=self.leaves, mode="clip")

    def _lay(self, row: Floats | Sequence[float]) -> None:
        low, high = self._low, self._high
        low[:] = row
        np.fmin(low, self._over, out=high)  # of a null and a number, the number
        np.fmax(low, self._under, out=low)


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
