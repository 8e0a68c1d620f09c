"""Logistic regression for one row."""

from collections.abc import Sequence

import numpy as np

from willbuy.models.rows import Floats
from willbuy.models.scorers import LogisticScorer


class OneOfLogistic:
    """Each feature tamed, standardised and weighted, then added up as a row of many is."""

    def __init__(self, scorer: LogisticScorer) -> None:
        self._scorer = scorer
        self._intercept = float(scorer.intercept)
        self._row, self._parts = np.empty((2, 1, scorer.n_features))
        self._null = np.empty((1, scorer.n_features), dtype=np.bool_)
        self._sum = np.empty(1)

    def log_odds(self, row: Floats | Sequence[float]) -> float:
        """Uncalibrated log-odds of a row (features,)."""
        given, parts, scorer = self._row, self._parts, self._scorer
        given[0] = row
        np.isnan(given, out=self._null)
        np.abs(given, out=parts)
        np.log1p(parts, out=parts)
        np.copysign(parts, given, out=parts)
        np.subtract(parts, scorer.center, out=parts)
        np.divide(parts, scorer.scale, out=parts)
        np.multiply(parts, scorer.weight, out=parts)
        np.copyto(parts, scorer.null_weight, where=self._null)
        np.add.reduce(parts, axis=1, out=self._sum)
        return self._sum.item() + self._intercept
