"""Contributions of the logistic regression: what a feature adds beyond what it adds on average."""

import numpy as np

from willbuy.models.scorers import Floats, LogisticScorer, signed_log1p


class LinearContributions:
    """For a linear model with independent features these are the Shapley values (Lundberg & Lee 2017, corollary 1).

    The mean over the training rows is known in closed form: a standardised feature is 0 on average where it is
    known, and adds its null weight where it is not.

    >>> scorer = LogisticScorer(
    ...     center=[0.0], scale=[1.0], weight=[2.0], null_weight=[-1.0], null_share=[0.5], intercept=0.5)
    >>> parts = LinearContributions(scorer)
    >>> parts.base, parts.of(np.array([[0.0], [np.nan]])).tolist()
    (0.0, [[0.5], [-0.5]])
    """

    method = "linear"

    def __init__(self, scorer: LogisticScorer) -> None:
        self._scorer = scorer
        self._mean = scorer.null_share * scorer.null_weight
        self.base = float(scorer.intercept + self._mean.sum())

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) to the log-odds of rows (n, features)."""
        scorer, rows = self._scorer, np.ascontiguousarray(X, dtype=np.float64)
        known = (signed_log1p(rows) - scorer.center) / scorer.scale * scorer.weight
        parts: Floats = np.where(np.isnan(rows), scorer.null_weight, known) - self._mean
        return parts
