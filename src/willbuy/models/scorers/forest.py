"""A random forest as flat arrays: the log-odds of the mean share of buyers over the trees' leaves.

A mean of 0 or 1 would be infinite log-odds, which no number of rows can prove. It is kept half a row away from
both: at least `floor`, at most 1 - `floor`, where `floor` is 0.5 / (rows that the forest was fitted on).
"""

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.descent import Forest
from willbuy.models.scorers.protocol import Arrays, Floats, expect_arrays


class ForestScorer:
    """Trees whose leaves hold shares of buyers, added as float64 in tree order.

    `shift` is added to the log-odds: 0, or what takes a class weight back.

    >>> stump = Forest(
    ...     root=[0], feature=[0, 0, 0], threshold=[3.0, np.inf, np.inf], left=[1, 1, 2],
    ...     null_left=[0, 1, 1], value=[0.0, 0.5, 1.0], cover=[20, 14, 6], n_features=1)
    >>> ForestScorer(forest=stump, floor=0.025, shift=0.0).log_odds(np.array([[2.0], [3.0]])).round(6).tolist()
    [0.0, 3.663562]
    """

    family: ClassVar[str] = "forest"
    native: bytes | None = None

    def __init__(self, *, forest: Forest, floor: object, shift: object) -> None:
        self.forest = forest
        self.floor = np.asarray(floor, dtype=np.float64)
        self.shift = np.asarray(shift, dtype=np.float64)
        if self.floor.shape != () or not 0 < self.floor <= 0.5:
            raise BundleError("forest scorer: the floor is no number above 0 and at most 0.5")
        if self.shift.shape != () or not np.isfinite(self.shift):
            raise BundleError("forest scorer: the shift is no finite number")
        if not len(forest.root):
            raise BundleError("forest scorer: there is no tree")
        if (forest.value < 0).any() or (forest.value > 1).any():
            raise BundleError("forest scorer: a leaf's share of buyers is not from 0 to 1")

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        return self.forest.n_features

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,); the work space is bounded, however many rows."""
        share = self.mean_share(X).clip(self.floor, 1.0 - self.floor)
        odds: Floats = np.log(share) - np.log1p(-share) + self.shift
        return odds

    def mean_share(self, X: Floats) -> Floats:
        """The mean share of buyers over the trees' leaves, shape (n,), from 0 to 1."""
        if len(X) == 1:
            leaves = self.forest.leaves_of_one(X[0].astype(np.float32))
            # accumulate is the one sum that numpy never regroups
            return np.add.accumulate(leaves, dtype=np.float64)[-1:] / len(leaves)
        sums = np.zeros(len(X))
        for first, leaves in self.forest.leaves(X):
            part = sums[first : first + leaves.shape[1]]
            for of_tree in leaves:
                part += of_tree
        return sums / len(self.forest.root)

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        return {**self.forest.arrays(), "floor": self.floor, "shift": self.shift}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Make the scorer from `arrays()`. Raises BundleError where they do not fit together."""
        expect_arrays(arrays, (*Forest.names, "floor", "shift"), cls.family)
        return cls(forest=Forest.from_arrays(arrays), floor=arrays["floor"], shift=arrays["shift"])
