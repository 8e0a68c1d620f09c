"""The families that score rows as they are, and the scorer of a family's arrays."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.scorers.boosting import TreesScorer
from willbuy.models.scorers.forest import ForestScorer
from willbuy.models.scorers.logistic import LogisticScorer

PlainScorer = LogisticScorer | ForestScorer | TreesScorer
PLAIN: dict[str, type[LogisticScorer] | type[ForestScorer] | type[TreesScorer]] = {
    LogisticScorer.family: LogisticScorer,
    ForestScorer.family: ForestScorer,
    TreesScorer.family: TreesScorer,
}


def plain_scorer(family: str, arrays: Mapping[str, NDArray[np.generic]]) -> PlainScorer:
    """Make the scorer of a plain family. Raises BundleError for a family that this version does not know."""
    if family not in PLAIN:
        raise BundleError(f"no scorer family '{family}'; this version knows {', '.join(PLAIN)}")
    return PLAIN[family].from_arrays(arrays)
