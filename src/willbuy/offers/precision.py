"""The threshold for a precision that is wanted: of those we choose, so many shall buy."""

import numpy as np

from willbuy.offers.cuts import Cuts
from willbuy.offers.named import Named
from willbuy.offers.say import share

FEWEST = 20
"""Chosen rows below which a precision is luck: 1 of 1 is 100 %."""


def by_precision(cuts: Cuts, wanted: float) -> Named:
    """Of the cuts that reach the precision, the one that catches most buyers, with the fewest rows; 20 rows at least.

    Where none reaches it, the cut of the highest precision, with a note that says so.

    >>> cuts = Cuts.of(np.linspace(1, 0, 200), np.arange(200) < 30)
    >>> by_precision(cuts, 0.5).threshold.selected
    30
    """
    enough = cuts.selected >= min(FEWEST, cuts.n)
    reached = np.where(enough, cuts.caught / cuts.selected, -1.0)
    if (reached >= wanted).any():
        return Named("precision", cuts.at(int(np.argmax(np.where(reached >= wanted, cuts.caught, -1)))))
    best = cuts.at(int(np.argmax(reached)))
    return Named(
        "precision",
        best,
        f"no threshold that chooses {FEWEST} rows or more reaches a precision of {share(wanted)}: the best one,"
        f" {share(best.precision or 0.0)} ({best.caught:,} of {best.selected:,}), stands instead",
    )
