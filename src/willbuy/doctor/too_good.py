"""Suspicion: a single column ranks the buyers better than what is known beforehand ever does."""

import numpy as np

from willbuy.doctor.case import Bools, Case, Floats
from willbuy.doctor.finding import Finding

WARN, LEAK = 0.85, 0.98  # ROC-AUC of one column alone, either way round
WARN_DATED = 0.95  # of a column computed before its anchor: who was here an hour ago does come back
FEWEST = 10  # buyers: fewer rank well by chance


def too_good(case: Case) -> list[Finding]:
    """A finding for every column whose ROC-AUC alone is at least WARN, or WARN_DATED; nulls stand at the end that suits them best."""
    if not FEWEST <= case.positives <= len(case.y) - FEWEST:
        return []
    found, least = [], WARN_DATED if case.dated else WARN
    for name, values in case.columns.items():
        ranked = rates_elsewhere(values, case.y) if name in case.categories else values
        auc = max(_auc(filled, case.y) for filled in _with_nulls(ranked))
        if auc >= least:
            found.append(_finding(name, auc))
    return sorted(found, key=lambda finding: -finding.proof["roc_auc"])


def _finding(name: str, auc: float) -> Finding:
    return Finding(
        suspicion="too_good",
        about=name,
        grade="leak" if auc >= LEAK else "warning",
        words=f"{name} alone has a ROC-AUC of {auc:.3f}",
        remedy=f"Say when {name} is known. If that is after the moment of the score, drop it",
        proof={"roc_auc": auc},
    )


def rates_elsewhere(codes: Floats, y: Bools) -> Floats:
    """For each row (n,) how often its category bought in the other half of the rows: a category has no order of its own.

    A row's own outcome has no part in it, so that many categories do not know it by heart. Null is a category.

    >>> rates_elsewhere(np.array([5.0, 5.0, 7.0, 7.0, 5.0, 7.0]), np.array([0, 0, 1, 1, 0, 1]) > 0).argmax() in (2, 3, 5)
    True
    """
    place = np.unique(codes, return_inverse=True)[1]
    half = np.random.default_rng(0).random(len(y)) < 0.5
    found, base = np.empty(len(y)), float(y.mean())
    for side in (half, ~half):
        rows = np.bincount(place[~side], minlength=place.max() + 1)
        buyers = np.bincount(place[~side], weights=y[~side], minlength=place.max() + 1)
        found[side] = ((buyers + base) / (rows + 1))[place[side]]
    return found


def _with_nulls(values: Floats) -> list[Floats]:
    known = values[~np.isnan(values)]
    if not len(known):
        return [np.zeros(len(values))]
    ends = (known.min() - 1, known.max() + 1) if len(known) < len(values) else (0.0,)
    return [np.where(np.isnan(values), end, values) for end in ends]


def _auc(values: Floats, y: Bools) -> float:
    """The chance that a buyer stands above another, ties half, or below: whichever is greater.

    >>> _auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, False]))
    1.0
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    buyers, others = int(y.sum()), int((~y).sum())
    auc = (float(rank[y].sum()) - buyers * (buyers + 1) / 2) / (buyers * others)
    return max(auc, 1 - auc)
