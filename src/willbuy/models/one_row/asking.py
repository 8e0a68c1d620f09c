"""Which door behind the top four levels of each tree a row comes to, by asking all of their questions.

All 15 questions of a tree are asked, whether the row comes by or not, which for numpy is less work than to find out which
ones matter: it is one comparison for all trees. The 15 answers are the bits of a number, and a table says for each such
number to which of the 16 doors they lead. For forests whose table for `ruling_out` would be too large.

    question   1 is the root; the children of q are 2 q (left) and 2 q + 1 (right); its answer is bit q - 1, 1 for right
    door       0 is leftmost, 15 rightmost
"""

import numpy as np
from numpy.typing import NDArray

from willbuy.models.descent import Forest
from willbuy.models.one_row.ruling_out import DOORS, LEVELS, Heap


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


class Asking:
    """The questions of a forest; `heap` (32, trees) is the node behind each question and door, as `Crown` has it."""

    def __init__(self, forest: Forest, heap: Heap) -> None:
        trees = len(forest.root)
        # the 16th question of a tree is one that nobody asks: its answers then fill two bytes
        self._columns = np.zeros((trees, DOORS), dtype=np.intp)
        self._columns[:, :-1] = forest._column[heap[1:DOORS].T]
        self._thresholds = np.full((trees, DOORS), np.inf, dtype=np.float32)
        self._thresholds[:, :-1] = forest.threshold[heap[1:DOORS].T]
        self._doors = doors()
        self._asked = np.empty((trees, DOORS), dtype=np.float32)
        self._answers = np.empty((trees, DOORS), dtype=np.bool_)

    def door(self, row: object, twice: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The door (trees,) of each tree, from 0, for a row laid out twice (2 features,); see `descent.Forest`."""
        twice.take(self._columns, out=self._asked, mode="clip")
        np.greater_equal(self._asked, self._thresholds, out=self._answers)
        answers = np.packbits(self._answers, bitorder="little").view("<u2")
        return self._doors.take(answers)
