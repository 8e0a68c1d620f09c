"""Calibration of one row's log-odds."""

from collections.abc import Callable

import numpy as np

from willbuy.models.calibrators import LIMIT, Calibrator, SigmoidCalibrator


def calibrate_one(calibrator: Calibrator) -> Callable[[float], float]:
    """From log-odds to the calibrated probability. Not for two threads at once: the work space is its own."""
    odds = np.empty(1)

    def probability(calibrated: float) -> float:
        odds[0] = -min(max(calibrated, -LIMIT), LIMIT)
        np.exp(odds, out=odds)  # numpy's, not the standard library's: their last bits may differ
        return 1.0 / (1.0 + odds.item())

    if isinstance(calibrator, SigmoidCalibrator):
        intercept, slope = float(calibrator.intercept), float(calibrator.slope)
        return lambda log_odds: probability(intercept + slope * log_odds)
    before, after = calibrator.before, calibrator.after
    return lambda log_odds: probability(float(np.interp(log_odds, before, after)))
