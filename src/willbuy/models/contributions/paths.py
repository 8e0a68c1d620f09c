"""The paths of a forest's leaves, each as a few conditions: one for every feature that the path asks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from willbuy.models.descent import Forest, Singles
from willbuy.models.scorers import Floats


@dataclass(frozen=True)
class Condition:
    """What a path asks of one feature: `low <= value < high` (float32), or a null where `null` says so.

    `share` is the part of the cover that goes the path's way at the splits on this feature.
    """

    low: float = -np.inf
    high: float = np.inf
    null: bool = True
    share: float = 1.0


@dataclass(frozen=True)
class LeafPath:
    """A leaf's value, and the conditions of its path by feature, in the order in which they are met."""

    value: float
    conditions: dict[int, Condition]

    @property
    def shares(self) -> Floats:
        """The cover shares of the conditions, in their order."""
        return np.array([condition.share for condition in self.conditions.values()])


def leaf_paths(forest: Forest) -> list[LeafPath]:
    """The paths of all leaves, tree by tree."""
    return [path for root in forest.root.tolist() for path in _below(forest, root)]


def _below(forest: Forest, root: int) -> Iterator[LeafPath]:
    waiting: list[tuple[int, dict[int, Condition]]] = [(root, {})]
    while waiting:
        node, conditions = waiting.pop()
        left = int(forest.left[node])
        if left == node:
            yield LeafPath(float(forest.value[node]), conditions)
            continue
        feature, threshold = int(forest.feature[node]), float(forest.threshold[node])
        null_left = bool(forest.null_left[node])
        before = conditions.get(feature, Condition())
        covers = forest.cover[left : left + 2].astype(np.float64)
        to_left, to_right = (covers / covers.sum() * before.share).tolist()
        below = replace(
            before, high=min(before.high, threshold), null=before.null and null_left, share=to_left
        )
        above = replace(
            before, low=max(before.low, threshold), null=before.null and not null_left, share=to_right
        )
        waiting.append((left + 1, {**conditions, feature: above}))
        waiting.append((left, {**conditions, feature: below}))


class Slots:
    """Every condition of every leaf as one slot, the slots of one feature side by side.

    `leaf` and `number` (slots,) say whose condition a slot is and which of the leaf's; `features` are the features
    that have slots, and `starts` where each one's begin.
    """

    def __init__(self, paths: list[LeafPath], n_features: int) -> None:
        found = [
            (feature, leaf, number, condition)
            for leaf, path in enumerate(paths)
            for number, (feature, condition) in enumerate(path.conditions.items())
        ]
        found.sort(key=lambda slot: slot[0])
        self.leaf = np.array([leaf for _, leaf, _, _ in found], dtype=np.intp)
        self.number = np.array([number for _, _, number, _ in found], dtype=np.intp)
        self._feature = np.array([feature for feature, _, _, _ in found], dtype=np.intp)
        self._low = np.array([[c.low] for *_, c in found], dtype=np.float32)
        self._high = np.array([[c.high] for *_, c in found], dtype=np.float32)
        self._null = np.array([[c.null] for *_, c in found], dtype=bool)
        self.features, self.starts = np.unique(self._feature, return_index=True)
        self._numbers = _by_number(self.leaf, self.number, len(paths))

    def patterns(self, values: Singles) -> NDArray[np.intp]:
        """Which of its conditions each leaf sees met, as bits, (leaves, rows), by values (features, rows)."""
        null = np.isnan(values)
        seen = values[self._feature]
        met = (seen >= self._low) & (seen < self._high)  # false for a null
        if null.any():
            met |= null[self._feature] & self._null
        met = np.vstack(
            (met, np.zeros((1, values.shape[1]), dtype=bool))
        )  # the slot of leaves that have no more
        pattern = np.zeros((self._numbers.shape[1], values.shape[1]), dtype=np.intp)
        for number, slots in enumerate(self._numbers):
            pattern |= met[slots].astype(np.intp) << number
        return pattern


def _by_number(leaf: NDArray[np.intp], number: NDArray[np.intp], leaves: int) -> NDArray[np.intp]:
    """The slot of each leaf's first condition, second condition, ..., shape (conditions, leaves); none: the last row."""
    slots = np.full((int(number.max(initial=-1)) + 1, leaves), len(leaf), dtype=np.intp)
    slots[number, leaf] = np.arange(len(leaf))
    return slots
