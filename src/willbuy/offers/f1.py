"""The threshold of the greatest F1: for who has no better reason."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.offers.cuts import Cuts
from willbuy.offers.threshold import Threshold


def by_f1(cuts: Cuts) -> Threshold:
    """The cut of greatest F1 = 2 caught / (selected + positives); the higher one among equals.

    >>> by_f1(Cuts.of(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 1, 0, 0]))).value
    0.5
    """
    return cuts.at(int(np.argmax(2.0 * cuts.caught / (cuts.selected + cuts.positives))))


def f1_threshold(probability: NDArray[np.float64], y: NDArray[Any]) -> Threshold:
    """The same of scores (n,) and outcomes (n,). Raises NotEnoughData where nobody buys."""
    return by_f1(Cuts.of(probability, y))
