"""Scorers: a fitted model as flat arrays that numpy alone can score.

A scorer turns rows of features into uncalibrated log-odds. Rows are float64 of shape (n, features), a null is
NaN, infinities are refused by the bundle before they come here. A row's score does not depend on the rows
beside it: one row alone gives the same bits as the same row among many.

Every scorer has `.family`, `.n_features`, `.native` (the library's own model file for scoring in bulk, or
None), `.log_odds(X)`, `.arrays()` and `from_arrays(arrays)`.
"""

from collections.abc import Mapping
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.descent import Forest

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[np.generic]]
CHUNK = 1 << 18  # values in flight at once: 2 MB an array


class Scorer(Protocol):
    """What a fitted model is to the rest of willbuy."""

    native: bytes | None

    @property
    def family(self) -> str:
        """Which family the arrays belong to."""
        ...

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        ...

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,)."""
        ...

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        ...


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
        _expect(arrays, (*cls._columns, "intercept"), cls.family)
        return cls(**{name: arrays[name] for name in (*cls._columns, "intercept")})


class TreesScorer:
    """Boosted trees over flat arrays: the base plus the leaf of every tree, added as float32 in tree order.

    XGBoost compares and adds in float32 in this order too, so that both give the same bits.
    """

    family: ClassVar[str] = "boosting"

    def __init__(self, *, forest: Forest, base: object, native: bytes | None = None) -> None:
        self.forest = forest
        self.base = np.asarray(base, dtype=np.float32)
        self.native = native
        if self.base.shape != () or not np.isfinite(self.base):
            raise BundleError("boosting scorer: the base is no finite number")

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        return self.forest.n_features

    def log_odds(self, X: Floats) -> Floats:
        """Uncalibrated log-odds, shape (n,); the work space is bounded, however many rows."""
        if len(X) == 1:
            leaves = self.forest.leaves_of_one(X[0].astype(np.float32))
            # accumulate is the one sum that numpy never regroups
            total = np.add.accumulate(np.concatenate((self.base[None], leaves)), dtype=np.float32)[-1:]
            return total.astype(np.float64)
        sums = np.full(len(X), self.base, dtype=np.float32)
        for first, leaves in self.forest.leaves(X):
            part = sums[first : first + leaves.shape[1]]
            for of_tree in leaves:
                part += of_tree
        return sums.astype(np.float64)

    def arrays(self) -> Arrays:
        """The arrays that make the scorer anew."""
        return {**self.forest.arrays(), "base": self.base}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Make the scorer from `arrays()`. Raises BundleError where they do not fit together."""
        _expect(arrays, (*Forest.names, "base"), cls.family)
        return cls(forest=Forest.from_arrays(arrays), base=arrays["base"])


FAMILIES: dict[str, type[LogisticScorer] | type[TreesScorer]] = {
    LogisticScorer.family: LogisticScorer,
    TreesScorer.family: TreesScorer,
}


def scorer_from_arrays(
    family: str, arrays: Mapping[str, NDArray[np.generic]]
) -> LogisticScorer | TreesScorer:
    """Make the scorer of a family. Raises BundleError for a family that this version does not know."""
    if family not in FAMILIES:
        raise BundleError(f"no scorer family '{family}'; this version knows {', '.join(FAMILIES)}")
    return FAMILIES[family].from_arrays(arrays)


def _expect(arrays: Mapping[str, NDArray[np.generic]], names: tuple[str, ...], family: str) -> None:
    if set(arrays) != set(names):
        found, wanted = ", ".join(sorted(arrays)), ", ".join(sorted(names))
        raise BundleError(f"{family} scorer: found arrays {found}; expected {wanted}")
