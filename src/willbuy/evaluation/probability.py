"""Metrics of the probabilities themselves: is 10 % right one time in ten?

`log_loss`, `brier` and `predicted_over_actual` are sums over cells; `ece` compares equal-count bins; the calibration
slope is the coefficient of the outcome's log-odds on the score's.
"""

from dataclasses import dataclass

import numpy as np

from willbuy.evaluation.cells import Ranked, Sums
from willbuy.evaluation.resample import Floats, Ints

ECE_BINS = 10
_LOG_ODDS_CLIP = 1e-6  # for the slope: isotonic calibration can answer 0


def base_rate(sums: Sums) -> Floats:
    """The share of buyers among the rows."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums.positives / sums.all


def log_loss(sums: Sums) -> Floats:
    """Mean negative log of the probability given to what happened, in nats. Less is better."""
    return _mean(sums, 0)


def brier(sums: Sums) -> Floats:
    """Mean squared distance of probability and outcome. Less is better."""
    return _mean(sums, 1)


def predicted_over_actual(sums: Sums) -> Floats:
    """The sum of probabilities over the number of buyers: 1 when as many bought as were promised.

    >>> from willbuy.evaluation.cells import rank
    >>> ranked, _ = rank(np.array([1, 0, 0, 0]), np.array([0.6, 0.3, 0.2, 0.1]))
    >>> round(float(predicted_over_actual(Sums(ranked, np.ones((1, 4))))[0]), 4)
    1.2
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = sums.added[:, 2] / sums.positives
    return np.where(sums.positives > 0, ratio, np.nan)


def ece(sums: Sums, bins: Ints) -> Floats:
    """Expected calibration error: the mean distance of probability and buying rate over bins, weighted by their rows.

    `bins` are the cells at which a bin begins (`equal_count_bins`).
    """
    gaps = np.add.reduceat(sums.weights * (sums.ranked.predicted - sums.ranked.bought), bins, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        error: Floats = np.abs(gaps).sum(axis=1) / sums.all
    return error


def ece_if_calibrated(ranked: Ranked, counts: Floats, bins: Ints) -> float:
    """The ECE that a perfectly calibrated model would show on as many rows by chance alone (normal approximation)."""
    spread = np.sqrt(np.add.reduceat(counts * ranked.predicted * (1 - ranked.predicted), bins))
    return float(np.sqrt(2 / np.pi) * spread.sum() / counts.sum())


def equal_count_bins(ranked: Ranked, counts: Floats, bins: int = ECE_BINS) -> Ints:
    """The cells at which each bin begins: about as many rows in each, a tie never torn apart; fewer bins where ties are large.

    >>> from willbuy.evaluation.cells import rank
    >>> ranked, _ = rank(np.array([0, 0, 1, 0]), np.array([0.4, 0.3, 0.2, 0.1]))
    >>> equal_count_bins(ranked, np.ones(4), 2).tolist()
    [0, 2]
    """
    starts = np.unique(ranked.first)
    before = np.concatenate([[0.0], np.cumsum(counts)])[starts]
    middle = (before + np.concatenate([before[1:], [counts.sum()]])) / 2
    bin_of = np.minimum((middle / counts.sum() * bins).astype(np.int64), bins - 1)
    begins: Ints = starts[np.unique(bin_of, return_index=True)[1]]
    return begins


@dataclass(frozen=True)
class Slope:
    """The logistic fit of outcome on the score's log-odds, made once; draws take one Newton step from it."""

    intercept: float
    slope: float
    columns: Floats  # (cells, 5): score of intercept and slope, information of 1, x, x^2

    def coarsen(self, of_cell: Ints, counts: Floats) -> "Slope":
        """The same fit, its columns averaged over coarser cells."""
        rows = np.bincount(of_cell, weights=counts)
        columns = [np.bincount(of_cell, weights=counts * column) / rows for column in self.columns.T]
        return Slope(self.intercept, self.slope, np.stack(columns, axis=1))

    def draws(self, sums: Sums) -> Floats:
        """(b,) slopes, to first order equal to a refit on each draw."""
        s0, s1, i00, i01, i11 = (sums.weights @ self.columns).T
        with np.errstate(invalid="ignore", divide="ignore"):
            slopes: Floats = self.slope + (i00 * s1 - i01 * s0) / (i00 * i11 - i01 * i01)
        return slopes


def fit_slope(ranked: Ranked, counts: Floats) -> Slope | None:
    """Fit by Newton's method. None where nothing can be fitted: one score only, or outcomes that the score separates."""
    p = np.clip(ranked.score, _LOG_ODDS_CLIP, 1 - _LOG_ODDS_CLIP)
    x, y = np.log(p / (1 - p)), ranked.bought.astype(np.float64)
    beta = np.array([0.0, 1.0])
    for _ in range(50):
        columns = _slope_columns(x, y, beta)
        s0, s1, i00, i01, i11 = counts @ columns
        determinant = i00 * i11 - i01 * i01
        if determinant <= 1e-10 * max(i00 * i11, 1e-300):
            return None
        step = np.array([i11 * s0 - i01 * s1, i00 * s1 - i01 * s0]) / determinant
        beta = beta + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < 1e-10:
            return Slope(float(beta[0]), float(beta[1]), _slope_columns(x, y, beta))
        if np.abs(beta).max() > 1e4:
            return None
    return None


def _slope_columns(x: Floats, y: Floats, beta: Floats) -> Floats:
    mu = 1 / (1 + np.exp(-np.clip(beta[0] + beta[1] * x, -500, 500)))
    v = mu * (1 - mu)
    return np.stack([y - mu, (y - mu) * x, v, v * x, v * x * x], axis=1)


def _mean(sums: Sums, column: int) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = sums.added[:, column] / sums.all
    return mean
