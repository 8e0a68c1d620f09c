"""Logistic regression as a row of figures a feature."""

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.scorers.protocol import Arrays, Floats, expect_arrays

CHUNK = 1 << 18  # values in flight at once: 2 MB an array


def signed_log1p(X: Floats) -> Floats:
    """log(1 + |x|) with the sign of x: tames heavy tails, keeps 0 at 0, lets nulls pass.

    >>> signed_log1p(np.array([0.0, np.e - 1, 1 - np.e])).tolist()
    [0.0, 1.0, -1.0]
    """
    tamed: Floats = np.copysign(np.log1p(np.abs(X)), X)
    return tamed


class LogisticScorer:
    """Logistic regression: signed log1p, standardised with the training rows' figures, nulls at the mean.

    Arrays, each of shape (features,) but the intercept: `center`, `scale`, `weight`, `null_weight` (added where
    the feature is null), `null_share` (of the training rows; contributions read it), `intercept`.

    >>> one = LogisticScorer(
    ...     center=[0.0], scale=[1.0], weight=[2.0], null_weight=[-1.0], null_share=[0.2], intercept=0.5)
    >>> one.log_odds(np.array([[0.0], [np.e - 1], [np.nan]])).tolist()
    [0.5, 2.5, -0.5]
    """

    family: ClassVar[str] = "logistic"
    native: bytes | None = None
    _columns: ClassVar[tuple[str, ...]] = ("center", "scale", "weight", "null_weight", "null_share")

    def __init__(
        self,
        *,
        center: object,
        scale: object,
        weight: object,
        null_weight: object,
        null_share: object,
        intercept: object,
    ) -> None:
        self.center = np.ascontiguousarray(center, dtype=np.float64)
        self.scale = np.ascontiguousarray(scale, dtype=np.float64)
        self.weight = np.ascontiguousarray(weight, dtype=np.float64)
        self.null_weight = np.ascontiguousarray(null_weight, dtype=np.float64)
        self.null_share = np.ascontiguousarray(null_share, dtype=np.float64)
        self.intercept = np.asarray(intercept, dtype=np.float64)
        self._check()

    def _check(self) -> None:
        shape = self.weight.shape
        for name in self._columns:
            values = getattr(self, name)
            if values.ndim != 1 or values.shape != shape or not np.isfinite(values).all():
                raise BundleError(f"logistic scorer: {name} is no row of {shape} finite numbers")
        if self.intercept.shape != () or not np.isfinite(self.intercept):
            raise BundleError("logistic scorer: the intercept is no finite number")
        if (self.scale <= 0).any():
            raise BundleError("logistic scorer: a scale is not above 0")
        if (self.null_share < 0).any() or (self.null_share > 1).any():
            raise BundleError("logistic scorer: a share of nulls is not from 0 to 1")

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        return int(self.weight.shape[0])

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,); the work space is bounded, however many rows."""
        size = max(1, CHUNK // max(1, self.n_features))
        scores = np.empty(len(X))
        for first in range(0, len(X), size):
            scores[first : first + size] = self._score(X[first : first + size])
        return scores

    def _score(self, X: Floats) -> Floats:
        rows = np.ascontiguousarray(X, dtype=np.float64)
        null = np.isnan(rows)
        scores = (signed_log1p(rows) - self.center) / self.scale * self.weight
        # Summing each row by itself, not a matrix product: BLAS adds in another order for one row than for many.
        sums: Floats = np.where(null, self.null_weight, scores).sum(axis=1) + self.intercept
        return sums

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        return {name: getattr(self, name) for name in (*self._columns, "intercept")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Make the scorer from `arrays()`. Raises BundleError where they do not fit together."""
        expect_arrays(arrays, (*cls._columns, "intercept"), cls.family)
        return cls(**{name: arrays[name] for name in (*cls._columns, "intercept")})
