"""What a scorer is, and what all families share."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[np.generic]]


class Scorer(Protocol):
    """What a fitted model is to the rest of willbuy."""

    native: bytes | None

    @property
    def family(self) -> str:
        """Which family the arrays belong to."""
        ...

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        ...

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,)."""
        ...

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        ...


def expect_arrays(arrays: Mapping[str, NDArray[np.generic]], names: tuple[str, ...], family: str) -> None:
    """Raise BundleError unless the arrays are those of these names."""
    if set(arrays) != set(names):
        found, wanted = ", ".join(sorted(arrays)), ", ".join(sorted(names))
        raise BundleError(f"{family} scorer: found arrays {found}; expected {wanted}")
