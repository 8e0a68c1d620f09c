"""Boosted trees as flat arrays."""

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.descent import Forest
from willbuy.models.scorers.protocol import Arrays, Floats, expect_arrays


class TreesScorer:
    """Boosted trees over flat arrays: the base plus the leaf of every tree, added as float32 in tree order.

    XGBoost compares and adds in float32 in this order too, so that both give the same bits.
    """

    family: ClassVar[str] = "boosting"

    def __init__(self, *, forest: Forest, base: object, native: bytes | None = None) -> None:
        self.forest = forest
        self.base = np.asarray(base, dtype=np.float32)
        self.native = native
        if self.base.shape != () or not np.isfinite(self.base):
            raise BundleError("boosting scorer: the base is no finite number")

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        return self.forest.n_features

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,); the work space is bounded, however many rows."""
        if len(X) == 1:
            leaves = self.forest.leaves_of_one(X[0].astype(np.float32))
            # accumulate is the one sum that numpy never regroups
            total = np.add.accumulate(np.concatenate((self.base[None], leaves)), dtype=np.float32)[-1:]
            return total.astype(np.float64)
        sums = np.full(len(X), self.base, dtype=np.float32)
        for first, leaves in self.forest.leaves(X):
            part = sums[first : first + leaves.shape[1]]
            for of_tree in leaves:
                part += of_tree
        return sums.astype(np.float64)

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        return {**self.forest.arrays(), "base": self.base}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Make the scorer from `arrays()`. Raises BundleError where they do not fit together."""
        expect_arrays(arrays, (*Forest.names, "base"), cls.family)
        return cls(forest=Forest.from_arrays(arrays), base=arrays["base"])
