"""Contributions of a random forest: first to the mean share of buyers, then stretched to log-odds."""

from typing import Any

import numpy as np

from willbuy.models.contributions.trees import tree_values
from willbuy.models.scorers import Floats

FLAT = 1e-9  # shares so near the base's that the secant is the tangent


class RescaledContributions:
    """Each row's contributions to the share times the slope of the log-odds between the base's share and the row's.

    They add up by construction: slope x (share - base share) = log-odds - base. This is the rescale rule that
    propagates Shapley values through a last function (Chen, Lundberg & Lee 2022).
    """

    def __init__(self, scorer: Any) -> None:
        self._scorer = scorer
        self._trees = len(scorer.forest.root)
        self._values = tree_values(scorer.forest)
        self.method = self._values.method
        self._share = self._values.base / self._trees
        kept = float(np.clip(self._share, scorer.floor, 1.0 - scorer.floor))
        self._tangent = 1.0 / (kept * (1.0 - kept))
        self.base = float(np.log(kept) - np.log1p(-kept) + scorer.shift)

    def of(self, X: Floats) -> Floats:
        """Contributions (n, features) to the log-odds of rows (n, features)."""
        parts = self._values.of(X) / self._trees
        # Row by row in the features' order: numpy's own sum adds otherwise for one row than for many
        away = np.add.accumulate(parts, axis=1)[:, -1]
        flat = np.abs(away) < FLAT
        slope = (self._scorer.log_odds(X) - self.base) / np.where(flat, 1.0, away)
        stretched: Floats = parts * np.where(flat, self._tangent, slope)[:, None]
        return stretched
