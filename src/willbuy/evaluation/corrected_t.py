"""The corrected paired t-test: are two candidates apart by more than the folds they were judged on can tell?

The differences fold by fold are not independent: any two folds share most of their training rows, so the plain t-test finds
differences that are not there. The correction widens the variance by the share of rows that is held out:

    t = mean(d) / sqrt((1 / n + held / fitted) * var(d)),   n - 1 degrees of freedom

with var over n - 1. Nadeau and Bengio 2003, "Inference for the generalization error", Machine Learning 52; for repeated folds
n counts every fold of every dealing (Bouckaert and Frank 2004, "Evaluating the replicability of significance tests").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class CorrectedT:
    """What the test says. `p` is two-sided; it and the 95 % interval are None with fewer than two folds."""

    folds: int
    mean: float
    t: float | None
    p: float | None
    low: float | None
    high: float | None


def corrected_t(differences: Sequence[float], held_over_fitted: float) -> CorrectedT:
    """Test whether the mean of paired differences (n,) is 0, one a fold.

    `held_over_fitted` is rows held out over rows fitted on: 1 / (k - 1) for k folds, however many of them were judged.
    Differences that are all the same have no variance: p is 0 then, or 1 where they are 0. Raises ValueError without a fold.

    By hand, five folds: the mean is 0.02, the squares around it add up to 0.0004 + 0.0001 + 0 + 0.0001 + 0.0004 = 0.001, so
    var = 0.00025; t = 0.02 / sqrt((1/5 + 1/4) * 0.00025) = 0.02 / 0.0106066 = 1.8856 (2.8284 without the correction).

    >>> found = corrected_t([0.0, 0.01, 0.02, 0.03, 0.04], 1 / 4)
    >>> round(found.mean, 4), round(found.t, 4), round(found.p, 4)
    (0.02, 1.8856, 0.1324)
    >>> round(found.low, 4), round(found.high, 4)  # 0.02 -+ 2.7764 * 0.0106066
    (-0.0094, 0.0494)
    >>> corrected_t([0.02], 1 / 4).p is None
    True
    """
    found = np.asarray(differences, dtype=np.float64)
    count, mean = len(found), float(found.mean()) if len(found) else 0.0
    if count == 0:
        raise ValueError("no fold to compare on; expected at least one difference")
    if count == 1:
        return CorrectedT(count, mean, None, None, None, None)
    error = float(np.sqrt((1 / count + held_over_fitted) * found.var(ddof=1)))
    if error <= 1e-12 * max(1.0, abs(mean)):
        return CorrectedT(count, mean, None, float(mean == 0), mean, mean)
    from scipy.stats import t as student

    reach = float(student.ppf((1 + LEVEL) / 2, count - 1)) * error
    p = 2 * float(student.sf(abs(mean) / error, count - 1))
    return CorrectedT(count, mean, mean / error, p, mean - reach, mean + reach)
