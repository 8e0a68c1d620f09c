"""Every place where rows can be cut into chosen and not chosen, and what each cut holds.

Rows of one score cannot be parted. A cut lies halfway between two neighbouring scores, so that a last bit cannot move a
row across it; below the lowest score it is 0: everyone is chosen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData
from willbuy.offers.threshold import Threshold

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cuts:
    """The cuts (m,), best scores first: the threshold of each, how many rows it selects, how many of them bought."""

    score: Floats  # the lowest score that is chosen
    value: Floats
    selected: Ints
    caught: Ints

    @classmethod
    def of(cls, probability: Floats, y: NDArray[Any]) -> "Cuts":
        """The cuts of scores (n,) with the outcomes y (n,). Raises NotEnoughData where nobody buys.

        >>> cuts = Cuts.of(np.array([0.9, 0.6, 0.6, 0.2]), np.array([1, 1, 0, 0]))
        >>> cuts.value.tolist(), cuts.selected.tolist(), cuts.caught.tolist()
        ([0.75, 0.4, 0.0], [1, 3, 4], [1, 2, 2])
        """
        labels = np.asarray(y) != 0
        if not labels.any():
            raise NotEnoughData(
                f"none of {len(labels)} rows buys: no threshold can be chosen. Take a longer log"
            )
        rising, index = np.unique(-np.asarray(probability, dtype=np.float64), return_inverse=True)
        score, below = -rising, np.append(-rising[1:], 0.0)
        middle = (score + below) / 2
        value = np.where(middle > below, middle, score)  # neighbours in the last bit have no middle
        value[-1] = 0.0
        return cls(
            score=score,
            value=value,
            selected=np.cumsum(np.bincount(index)),
            caught=np.cumsum(np.bincount(index, weights=labels)).astype(np.int64),
        )

    @property
    def n(self) -> int:
        """How many rows there are."""
        return int(self.selected[-1])

    @property
    def positives(self) -> int:
        """How many of them bought."""
        return int(self.caught[-1])

    def at(self, index: int) -> Threshold:
        """The threshold of one cut."""
        return self._threshold(float(self.value[index]), int(self.selected[index]), int(self.caught[index]))

    def above(self, value: float) -> Threshold:
        """Any probability as the threshold: rows at or above it are chosen, perhaps none.

        >>> Cuts.of(np.array([0.9, 0.6, 0.2]), np.array([1, 0, 0])).above(0.6).selected
        2
        """
        passed = int(np.searchsorted(-self.score, -value, side="right"))
        if not passed:
            return self._threshold(value, 0, 0)
        return self._threshold(value, int(self.selected[passed - 1]), int(self.caught[passed - 1]))

    def _threshold(self, value: float, selected: int, caught: int) -> Threshold:
        return Threshold(value, selected, caught, self.positives, self.n)
