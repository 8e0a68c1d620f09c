"""Calibrators: from a scorer's log-odds to probabilities that mean what they say.

They are fitted on out-of-fold log-odds, never on scores of rows that the model was fitted on. Applying one needs
numpy alone and works in log-odds, clipped to +-30, so that no probability is ever exactly 0 or 1. On the data it
was fitted on, the mean probability equals the base rate.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError

Floats = NDArray[np.float64]
LIMIT = 30.0  # log-odds: a probability of 1e-13, far below what any shop could measure


def expit(log_odds: Floats) -> Floats:
    """Probability of log-odds.

    >>> expit(np.array([0.0, np.log(3)])).tolist()
    [0.5, 0.75]
    """
    probability: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return probability


class SigmoidCalibrator:
    """A straight line in log-odds: intercept + slope * log_odds.

    >>> SigmoidCalibrator(intercept=-1.0, slope=0.5).calibrated(np.array([2.0, 1e9])).tolist()
    [0.0, 30.0]
    """

    kind: ClassVar[str] = "sigmoid"

    def __init__(self, *, intercept: object, slope: object) -> None:
        self.intercept = np.asarray(intercept, dtype=np.float64)
        self.slope = np.asarray(slope, dtype=np.float64)
        if self.intercept.shape != () or self.slope.shape != ():
            raise BundleError("sigmoid calibrator: expected two numbers")
        if not np.isfinite(self.intercept) or not np.isfinite(self.slope) or self.slope < 0:
            raise BundleError("sigmoid calibrator: expected a finite intercept and a slope of at least 0")

    def calibrated(self, log_odds: Floats) -> Floats:
        """Calibrated log-odds, shape (n,)."""
        return np.clip(self.intercept + self.slope * log_odds, -LIMIT, LIMIT)

    def probability(self, log_odds: Floats) -> Floats:
        """Calibrated probability, shape (n,), strictly between 0 and 1."""
        return expit(self.calibrated(log_odds))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that make the calibrator anew."""
        return {"intercept": self.intercept, "slope": self.slope}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make the calibrator from `arrays()`. Raises BundleError where they do not fit."""
        if set(arrays) != {"intercept", "slope"}:
            raise BundleError(f"sigmoid calibrator: found arrays {', '.join(sorted(arrays))}")
        return cls(**arrays)


class IsotonicCalibrator:
    """A rising line through knots: `before` are log-odds as they come, `after` as they leave.

    Straight between knots, flat before the first and behind the last.

    >>> line = IsotonicCalibrator(before=[-2.0, 0.0, 2.0], after=[-6.0, -2.0, 0.0])
    >>> line.calibrated(np.array([-9.0, -1.0, 1.0, 9.0])).tolist()
    [-6.0, -4.0, -1.0, 0.0]
    """

    kind: ClassVar[str] = "isotonic"

    def __init__(self, *, before: object, after: object) -> None:
        self.before = np.ascontiguousarray(before, dtype=np.float64)
        self.after = np.ascontiguousarray(after, dtype=np.float64)
        if self.before.ndim != 1 or self.before.shape != self.after.shape or not len(self.before):
            raise BundleError("isotonic calibrator: expected two rows of knots of one length")
        if not (np.isfinite(self.before).all() and np.isfinite(self.after).all()):
            raise BundleError("isotonic calibrator: a knot is no finite number")
        if (np.diff(self.before) <= 0).any() or (np.diff(self.after) < 0).any():
            raise BundleError("isotonic calibrator: the knots do not rise")

    def calibrated(self, log_odds: Floats) -> Floats:
        """Calibrated log-odds, shape (n,)."""
        return np.clip(np.interp(log_odds, self.before, self.after), -LIMIT, LIMIT)

    def probability(self, log_odds: Floats) -> Floats:
        """Calibrated probability, shape (n,), strictly between 0 and 1."""
        return expit(self.calibrated(log_odds))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that make the calibrator anew."""
        return {"before": self.before, "after": self.after}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make the calibrator from `arrays()`. Raises BundleError where they do not fit."""
        if set(arrays) != {"before", "after"}:
            raise BundleError(f"isotonic calibrator: found arrays {', '.join(sorted(arrays))}")
        return cls(**arrays)


Calibrator = SigmoidCalibrator | IsotonicCalibrator
KINDS: dict[str, type[SigmoidCalibrator] | type[IsotonicCalibrator]] = {
    SigmoidCalibrator.kind: SigmoidCalibrator,
    IsotonicCalibrator.kind: IsotonicCalibrator,
}


def calibrator_from_arrays(kind: str, arrays: Mapping[str, NDArray[Any]]) -> Calibrator:
    """Make the calibrator of a kind. Raises BundleError for a kind that this version does not know."""
    if kind not in KINDS:
        raise BundleError(f"no calibrator '{kind}'; this version knows {', '.join(KINDS)}")
    return KINDS[kind].from_arrays(arrays)


def fit_calibrator(log_odds: Floats, y: NDArray[Any]) -> Calibrator:
    """Isotonic where the rows hold at least 1,000 positives, else sigmoid; see `calibration`."""
    from willbuy.models.calibration import fit

    return fit(log_odds, y)
