"""Regularised logistic regression on tamed, standardised features: the plain model that a boosted one must beat."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from willbuy.models.candidates.protocol import Integers, Preparing, check_rows
from willbuy.models.candidates.space import Range, Space
from willbuy.models.candidates.tuning import fold_by_fold, grouped_log_loss
from willbuy.models.scorers import Floats, LogisticScorer, signed_log1p
from willbuy.progress import StepCallback


@dataclass(frozen=True)
class LogisticCandidate:
    """L2 logistic regression. `strength` is 1 / (penalty on the squared weights); None: decided by `tune`.

    Each feature is tamed by a signed log1p and standardised with the mean and deviation of the rows it is fitted
    on. Where those rows hold nulls, a null stands at the mean and an indicator gets its own weight; a null in a
    feature that had none in training stands at the mean alone. A constant feature gets no weight.
    """

    name: ClassVar[str] = "logistic"
    space: ClassVar[Space] = {"strength": Range(1e-4, 10.0, log=True)}
    strength: float | None = None
    grid: tuple[float, ...] = (0.001, 0.01, 0.1, 1.0)
    folds: int = 3

    def with_settings(self, **settings: Any) -> Self:
        """The same candidate with some settings changed."""
        return replace(self, **settings)

    def hold_out(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers,
        fold_of: Integers,
        preparing: Preparing | None = None,
    ) -> Floats:
        """Log-odds (n,) of each row by a fit on the rows of the other folds."""
        return fold_by_fold(self, X, y, seed, groups, fold_of, preparing)

    def tune(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers | None = None,
        weight: float = 1.0,
        preparing: Preparing | None = None,
    ) -> Self:
        """The strength of the grid with the least log loss on folds grouped by entity of these rows, all counting alike."""
        if self.strength is not None:
            return self
        losses = [
            grouped_log_loss(replace(self, strength=s), X, y, seed, groups, self.folds, preparing)
            for s in self.grid
        ]
        return replace(self, strength=self.grid[int(np.argmin(losses))])

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
        weight: float = 1.0,
        say: StepCallback | None = None,
    ) -> LogisticScorer:
        """Fit on all of these rows; tune first, on these rows alone, where the strength is open."""
        rows, labels = check_rows(X, y, feature_names)
        tuned = self.tune(rows, labels, seed, groups)
        return _fit(rows, labels, float(tuned.strength or 0.0), weight)

    def settings(self) -> dict[str, Any]:
        """The settings, for the manifest."""
        return asdict(self)


def _fit(rows: Floats, labels: Integers, strength: float, weight: float) -> LogisticScorer:
    width = rows.shape[1]
    nulls = np.isnan(rows).sum(axis=0)
    indicated = np.flatnonzero((nulls > 0) & (nulls < len(rows)))
    # One array for features and indicators, filled column by column: the rows may be millions
    design = np.empty((len(rows), width + len(indicated)))
    center, scale = np.zeros(width), np.ones(width)
    for column in range(width):
        center[column], scale[column], design[:, column] = _standardised(rows[:, column])
    design[:, width:] = np.isnan(rows[:, indicated])
    weights, intercept = _solve(design, labels, strength, weight)
    null_weight = np.zeros(width)
    null_weight[indicated] = weights[width:]
    return LogisticScorer(
        center=center,
        scale=scale,
        weight=weights[:width],
        null_weight=null_weight,
        null_share=nulls / len(rows),
        intercept=intercept,
    )


def _standardised(column: Floats) -> tuple[float, float, Floats]:
    """Mean, deviation, and the tamed and standardised column with nulls at 0.

    Mean 0 and deviation 1 stand for a column of which nothing is known, deviation 1 for one that does not vary.
    """
    tamed = signed_log1p(column)
    known = tamed[~np.isnan(tamed)]
    center = float(known.mean()) if len(known) else 0.0
    spread = float(known.std()) if len(known) else 0.0
    scale = spread if spread > 1e-9 * max(1.0, abs(center)) else 1.0
    return center, scale, np.nan_to_num((tamed - center) / scale, nan=0.0)


def _solve(design: Floats, labels: Integers, strength: float, weight: float) -> tuple[Floats, float]:
    """Weights and intercept. One BLAS thread: with two it would add in another order, and the id would change."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    weights = None if weight == 1 else {0: 1.0, 1: weight}
    model = LogisticRegression(
        C=strength, solver="newton-cholesky", tol=1e-8, max_iter=200, class_weight=weights
    )
    with threadpool_limits(limits=1):
        model.fit(design, labels)
    return model.coef_[0], float(model.intercept_[0])
