"""Scorers: a fitted model as flat arrays that numpy alone can score.

A scorer turns rows of features into uncalibrated log-odds. Rows are float64 of shape (n, features), a null is
NaN, infinities are refused by the bundle before they come here. A row's score does not depend on the rows
beside it: one row alone gives the same bits as the same row among many.

Every scorer has `.family`, `.n_features`, `.native` (the library's own model file for scoring in bulk, or
None), `.log_odds(X)`, `.arrays()` and `from_arrays(arrays)`. A family a file.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.scorers.boosting import TreesScorer
from willbuy.models.scorers.forest import ForestScorer
from willbuy.models.scorers.logistic import LogisticScorer, signed_log1p
from willbuy.models.scorers.plain import PLAIN, PlainScorer, plain_scorer
from willbuy.models.scorers.prepared import PreparedScorer
from willbuy.models.scorers.protocol import Arrays, Floats, Scorer

FAMILIES = (*PLAIN, PreparedScorer.family)


def scorer_from_arrays(
    family: str, arrays: Mapping[str, NDArray[np.generic]]
) -> PlainScorer | PreparedScorer:
    """Make the scorer of a family. Raises BundleError for a family that this version does not know."""
    if family not in FAMILIES:
        raise BundleError(f"no scorer family '{family}'; this version knows {', '.join(FAMILIES)}")
    if family == PreparedScorer.family:
        return PreparedScorer.from_arrays(arrays)
    return plain_scorer(family, arrays)


__all__ = [
    "FAMILIES",
    "Arrays",
    "Floats",
    "ForestScorer",
    "LogisticScorer",
    "PreparedScorer",
    "Scorer",
    "TreesScorer",
    "scorer_from_arrays",
    "signed_log1p",
]
