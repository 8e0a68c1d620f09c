"""Boosted trees for one row."""

from collections.abc import Sequence

import numpy as np

from willbuy.models.one_row.crown import Crown
from willbuy.models.rows import Floats
from willbuy.models.scorers import TreesScorer


class OneOfBoosting:
    """The base plus the leaf of every tree, added as float32 in tree order."""

    def __init__(self, scorer: TreesScorer) -> None:
        # the base stands before the leaves, so that one running sum adds them all
        self._terms = np.empty(len(scorer.forest.root) + 1, dtype=np.float32)
        self._terms[0] = scorer.base
        self._crown = Crown(scorer.forest, self._terms[1:])
        self._sums = np.empty_like(self._terms)

    def log_odds(self, row: Floats | Sequence[float]) -> float:
        """Uncalibrated log-odds of a row (features,)."""
        self._crown.descend(row)
        np.add.accumulate(self._terms, out=self._sums)
        return self._sums.item(-1)
