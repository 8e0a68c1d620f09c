"""How well a column alone tells the buyers: its ROC-AUC, either way round."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def auc_alone(values: Floats, y: Bools, *, category: bool = False) -> float:
    """The ROC-AUC (0.5 to 1) of a column (n,); nulls stand at the end that suits them best.

    >>> auc_alone(np.array([1.0, np.nan, 3.0, 4.0]), np.array([False, False, True, True]))
    1.0
    """
    ranked = rates_elsewhere(values, y) if category else values
    return max(_auc(filled, y) for filled in _with_nulls(ranked))


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
    """Either way round.

    >>> _auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, False]))
    1.0
    """
    from sklearn.metrics import roc_auc_score

    auc = float(roc_auc_score(y, values))
    return max(auc, 1 - auc)
