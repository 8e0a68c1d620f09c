"""Metrics of the decision at a threshold: of those we would act on, how many buy, and how many buyers do we miss?"""

import numpy as np

from willbuy.evaluation.cells import Ranked, Sums
from willbuy.evaluation.resample import Floats


def chosen_cells(ranked: Ranked, threshold: float) -> int:
    """How many cells, best first, have a score at or above the threshold."""
    return int(np.searchsorted(-ranked.score, -threshold, side="right"))


def confusion(sums: Sums, threshold: float) -> tuple[Floats, Floats, Floats]:
    """(b,) weights of chosen buyers, of all chosen, of all buyers."""
    chosen = chosen_cells(sums.ranked, threshold)
    return sums.bought_before(np.array([chosen]))[:, 0], sums.total[:, chosen], sums.positives


def precision(sums: Sums, threshold: float) -> Floats:
    """Buyers among the chosen. NaN when nobody is chosen."""
    hits, chosen, _ = confusion(sums, threshold)
    return _ratio(hits, chosen)


def recall(sums: Sums, threshold: float) -> Floats:
    """Chosen among the buyers. NaN when nobody buys."""
    hits, _, buyers = confusion(sums, threshold)
    return _ratio(hits, buyers)


def f1(sums: Sums, threshold: float) -> Floats:
    """Harmonic mean of precision and recall: 2 hits / (chosen + buyers)."""
    hits, chosen, buyers = confusion(sums, threshold)
    return _ratio(2 * hits, chosen + buyers)


def _ratio(over: Floats, under: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(under > 0, over / under, np.nan)
