"""XGBoost's own scoring of a bundle's trees, for many rows: the same bits as the arrays, several times faster."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.distinct import distinct_rows
from willbuy.models.scorers import Arrays, Floats, PreparedScorer, Scorer

CHUNK = 1 << 18  # rows


def in_bulk(scorer: Scorer, threads: int | None = None) -> Scorer:
    """The same model scored by XGBoost itself; what prepares its rows stays as it is."""
    if isinstance(scorer, PreparedScorer):
        return PreparedScorer(scorer.prepared, NativeTrees(scorer.inner, threads))
    return NativeTrees(scorer, threads)


class NativeTrees:
    """A scorer that asks XGBoost. Made from a scorer whose `native` bytes were checked."""

    def __init__(self, scorer: Scorer, threads: int | None = None) -> None:
        import xgboost

        if scorer.native is None:
            raise BundleError("the model carries no file of XGBoost's")
        self.native: bytes | None = scorer.native
        self._scorer = scorer
        self._booster = xgboost.Booster({"nthread": threads} if threads else None)
        try:
            self._booster.load_model(bytearray(scorer.native))
        except xgboost.core.XGBoostError as error:
            raise BundleError(
                f"XGBoost {xgboost.__version__} cannot read the model: {str(error)[:120]}"
            ) from error
        if self._booster.num_features() != scorer.n_features:
            raise BundleError(
                f"XGBoost's file has {self._booster.num_features()} features; expected {scorer.n_features}"
            )

    @property
    def family(self) -> str:
        """The family of the scorer that it stands for."""
        return self._scorer.family

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        return self._scorer.n_features

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,); equal rows are scored once."""
        scores = np.empty(len(X), dtype=np.float64)
        for first in range(0, len(X), CHUNK):
            part: NDArray[np.float32] = np.ascontiguousarray(X[first : first + CHUNK], dtype=np.float32)
            found = distinct_rows(part)
            if found is None:
                scores[first : first + CHUNK] = self._margin(part)
            else:
                scores[first : first + CHUNK] = self._margin(part[found[0]])[found[1]]
        return scores

    def _margin(self, rows: NDArray[np.float32]) -> NDArray[Any]:
        margin: NDArray[Any] = self._booster.inplace_predict(rows, predict_type="margin")
        return margin

    def arrays(self) -> Arrays:
        """The arrays of the scorer that it stands for."""
        return self._scorer.arrays()
