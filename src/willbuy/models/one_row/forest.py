"""A random forest for one row."""

from collections.abc import Sequence

import numpy as np

from willbuy.models.one_row.crown import Crown
from willbuy.models.rows import Floats
from willbuy.models.scorers import ForestScorer


class OneOfForest:
    """The log-odds of the mean share of buyers over the trees' leaves."""

    def __init__(self, scorer: ForestScorer) -> None:
        self._trees = len(scorer.forest.root)
        self._crown = Crown(scorer.forest, np.empty(self._trees, dtype=scorer.forest.value.dtype))
        self._least, self._most = float(scorer.floor), float(1.0 - scorer.floor)
        self._shift = float(scorer.shift)
        self._sums = np.empty(self._trees)
        self._share, self._other = np.empty(1), np.empty(1)

    def log_odds(self, row: Floats | Sequence[float]) -> float:
        """Uncalibrated log-odds of a row (features,)."""
        np.add.accumulate(self._crown.descend(row), dtype=np.float64, out=self._sums)
        mean = self._sums.item(-1) / self._trees
        # numpy's logarithms, not the standard library's: their last bits may differ
        share, other = self._share, self._other
        share[0] = min(max(mean, self._least), self._most)
        np.negative(share, out=other)
        np.log1p(other, out=other)
        np.log(share, out=share)
        return share.item() - other.item() + self._shift
