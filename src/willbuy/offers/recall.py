"""The threshold for a recall that is wanted: of all that buy, so many shall be among the chosen."""

import numpy as np

from willbuy.offers.cuts import Cuts
from willbuy.offers.named import Named


def by_recall(cuts: Cuts, wanted: float) -> Named:
    """Of the cuts that reach the recall, the one that chooses fewest. Choosing everyone reaches any.

    >>> by_recall(Cuts.of(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 0, 1, 0])), 0.5).threshold.selected
    1
    """
    return Named("recall", cuts.at(int(np.argmax(cuts.caught >= wanted * cuts.positives * (1 - 1e-12)))))
