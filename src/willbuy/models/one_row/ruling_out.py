"""Which door behind the top four levels of each tree a row comes to, by ruling out the other fifteen.

A tree's 16 doors are the bits of a number, door 0 the lowest. Each question of the tree rules out half of the doors below
it: those on its left where the answer is "right", else those on its right. One door remains. What all questions about one
feature rule out together depends only on how many of their thresholds its value reaches, so it stands in a table, made once:
a row then costs one line of the table for each feature. After QuickScorer (Lucchese et al., SIGIR 2015), where the answer
"right" alone rules out, and the leftmost leaf that remains is the one.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from willbuy.models.descent import Forest
from willbuy.models.rows import Floats

LEVELS, DOORS = 4, 16
ALL = (1 << DOORS) - 1
LARGEST = 16 << 20
"""Bytes that a table may have: a deep forest of many thresholds would fill the memory, and the caches before that."""

Heap = NDArray[np.intp]
Masks = NDArray[np.uint16]


class Questions(NamedTuple):
    """The questions that some trees ask, each (questions,): about what, of which tree, and what either answer leaves."""

    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    null_left: NDArray[np.bool_]
    tree: NDArray[np.intp]
    left: Masks
    right: Masks

    def about(self, feature: int) -> "Questions":
        """Those about one feature."""
        return Questions(*(part[self.feature == feature] for part in self))


def remaining() -> tuple[Masks, Masks]:
    """(left, right), each (16,): the doors that remain where a question is answered so. Question 0 is none.

    >>> left, right = remaining()
    >>> f"{left[1]:016b}", f"{right[1]:016b}", f"{left[2]:016b}", f"{right[15]:016b}"
    ('0000000011111111', '1111111100000000', '1111111100001111', '1011111111111111')
    """
    left, right = np.full((2, DOORS), ALL, dtype=np.uint16)
    for question in range(1, DOORS):
        level = question.bit_length() - 1
        half = DOORS >> (level + 1)
        lower = ((1 << half) - 1) << (question - (1 << level)) * 2 * half
        left[question], right[question] = ALL ^ (lower << half), ALL ^ lower
    return left, right


class RulingOut:
    """The table of a forest; `heap` (32, trees) is the node behind each question and door, as `Crown` has it."""

    def __init__(self, forest: Forest, heap: Heap) -> None:
        trees = len(forest.root)
        asked, bare = _questions(forest, heap)
        used = _read(asked.feature, forest.n_features)
        values = np.unique(asked.threshold)
        pieces = [_lines(asked.about(feature), trees) for feature in used]
        pieces[0] &= bare
        starts = np.cumsum([0, *map(len, pieces)])
        lines = [
            start + _line_of(asked.about(feature), values)
            for start, feature in zip(starts, used, strict=False)
        ]
        width = -(-trees // 4) * 4  # a line is read in words of 64 bits
        table = np.zeros((starts[-1], width), dtype=np.uint16)
        np.concatenate(pieces, out=table[:, :trees])
        self._table = table.view(np.uint64)
        self._used = None if len(used) == forest.n_features else used
        self._values = np.append(
            reaching(values), np.inf
        )  # a null is above every value, however it is written
        self._line_of = np.concatenate(lines)
        self._first = (len(values) + 2) * np.arange(len(used))
        self._found = np.empty((len(used), width // 4), dtype=np.uint64)
        self._remains = np.empty(width // 4, dtype=np.uint64)
        self._bits = self._remains.view(np.uint16)[:trees]

    def door(self, row: Floats, twice: object = None) -> NDArray[np.intp]:
        """The door (trees,) of each tree, from 0, for a row (features,) with its nulls as NaN."""
        place = self._values.searchsorted(row if self._used is None else row.take(self._used), "right")
        np.add(place, self._first, out=place)
        self._table.take(self._line_of.take(place), 0, self._found, "clip")
        np.bitwise_and.reduce(self._found, 0, out=self._remains)
        return _DOOR_OF.take(self._bits)


def reaching(thresholds: NDArray[np.float32]) -> Floats:
    """For each threshold the least double that reaches it once it is rounded to a float32, as trees read a value.

    Doubles compared with these go as their float32s would, and need not be made.

    >>> half = reaching(np.array([1.5], dtype=np.float32)).item()
    >>> bool(np.float32(half) >= 1.5), bool(np.float32(np.nextafter(half, 0)) >= 1.5), 1.5 - half == 2**-24
    (True, False, True)
    """
    with np.errstate(over="ignore"):  # below the least of all float32s lies -inf, which is below every value
        below = np.nextafter(thresholds, np.float32(-np.inf)).astype(np.float64)
    middle = (below + thresholds) / 2  # exact; of two float32s it rounds to the even one
    return np.where(middle.astype(np.float32) >= thresholds, middle, np.nextafter(middle, np.inf))


def _read(asked: NDArray[np.intp], features: int) -> NDArray[np.intp]:
    """The features that are looked up: those that are asked about, or all where that spares choosing them from a row."""
    used = np.unique(asked) if len(asked) else np.zeros(1, dtype=np.intp)
    return used if 4 * len(used) < 3 * features else np.arange(features)


def table_bytes(forest: Forest, heap: Heap) -> int:
    """About how large the table of a forest would be."""
    asked, _ = _questions(forest, heap)
    used, values = len(np.unique(asked.feature)), len(np.unique(asked.threshold))
    pairs = len(np.unique(np.stack((asked.feature, asked.threshold.view(np.int32))), axis=1).T)
    return int(2 * len(forest.root) * (pairs + 2 * used) + 8 * used * (values + 2))


def _questions(forest: Forest, heap: Heap) -> tuple[Questions, Masks]:
    """The questions, and the doors (trees,) that lie behind any: a leaf asks none, and its leftmost door stands for it."""
    node = heap[1:DOORS]
    left, right = (np.broadcast_to(side[1:, None], node.shape) for side in remaining())
    asks = forest._step[node] != node
    bare: Masks = np.bitwise_and.reduce(np.where(asks, np.uint16(ALL), left), axis=0)
    number = node[asks]
    tree = np.nonzero(asks)[1]
    feature, null_left = forest.feature[number].astype(np.intp), forest.null_left[number] == 1
    return Questions(feature, forest.threshold[number], null_left, tree, left[asks], right[asks]), bare


def _lines(about: Questions, trees: int) -> Masks:
    """(thresholds + 2, trees): the doors that one feature leaves, by how many of its thresholds it reaches; the last is null's."""
    thresholds, rank = np.unique(about.threshold, return_inverse=True)
    count = len(thresholds)
    lines = np.full((count + 2, trees), ALL, dtype=np.uint16)
    below, above = lines.copy(), lines.copy()
    np.bitwise_and.at(below, (rank + 1, about.tree), about.right)  # thresholds that are reached
    np.bitwise_and.at(above, (rank, about.tree), about.left)  # and those that are not
    lines[:-1] = np.bitwise_and.accumulate(below[:-1])
    lines[:-1] &= np.bitwise_and.accumulate(above[-2::-1])[::-1]
    np.bitwise_and.at(lines[-1], about.tree, np.where(about.null_left, about.left, about.right))
    return lines


def _line_of(about: Questions, values: NDArray[np.float32]) -> NDArray[np.intp]:
    """(values + 2,): the line of a feature for a row's value that reaches so many of all `values`; the last is null's."""
    thresholds = np.unique(about.threshold)
    reached = thresholds.searchsorted(values, "right")
    return np.concatenate(([0], reached, [len(thresholds) + 1])).astype(np.intp)


def _doors() -> NDArray[np.intp]:
    found = np.zeros(1 << DOORS, dtype=np.intp)
    found[1 << np.arange(DOORS)] = np.arange(DOORS)
    return found


_DOOR_OF: NDArray[Any] = _doors()
