"""A bundle's score of one row: log-odds and calibrated probability, the same bits as for that row among many."""

import threading

import numpy as np

from willbuy.errors import InputError
from willbuy.models.bundle import Bundle
from willbuy.models.one_row.boosting import OneOfBoosting
from willbuy.models.one_row.calibrated import calibrate_one
from willbuy.models.one_row.forest import OneOfForest
from willbuy.models.one_row.logistic import OneOfLogistic
from willbuy.models.one_row.prepared import OneOfPrepared
from willbuy.models.one_row.protocol import OneRow
from willbuy.models.rows import LARGEST, Floats, check_finite
from willbuy.models.scorers import ForestScorer, LogisticScorer, PreparedScorer, Scorer, TreesScorer


class OneScore:
    """Scores rows one at a time. Threads may share it: a lock keeps them apart, since the work space is one."""

    def __init__(self, bundle: Bundle) -> None:
        self._names = bundle.feature_names
        self._shape = (len(self._names),)
        self._scorer = one_row(bundle.scorer)
        self._probability = calibrate_one(bundle.calibrator)
        self._lock = threading.Lock()

    def __call__(self, row: Floats) -> tuple[float, float]:
        """(uncalibrated log-odds, calibrated probability) of a float64 row (features,), nulls as NaN.

        Raises InputError where the row has another shape, or holds an infinite or over-large value.
        """
        if row.shape != self._shape:
            raise InputError(f"the row has shape {row.shape}; expected {self._shape}, one value a feature")
        if not (np.fmax.reduce(row) <= LARGEST and np.fmin.reduce(row) >= -LARGEST):
            check_finite(row[np.newaxis], self._names)  # a row of nulls alone passes
        return self.in_range(row)

    def in_range(self, row: Floats) -> tuple[float, float]:
        """The same of a row that is known to have the shape and to hold nothing infinite or over-large."""
        with self._lock:
            log_odds = self._scorer.log_odds(row)
            return log_odds, self._probability(log_odds)


def score_one(bundle: Bundle) -> OneScore:
    """Lay a bundle out for one row at a time. Raises TypeError for a scorer of a library, such as XGBoost's own."""
    return OneScore(bundle)


def one_row(scorer: Scorer) -> OneRow:
    """A scorer laid out for one row."""
    match scorer:
        case TreesScorer():
            return OneOfBoosting(scorer)
        case ForestScorer():
            return OneOfForest(scorer)
        case LogisticScorer():
            return OneOfLogistic(scorer)
        case PreparedScorer():
            return OneOfPrepared(scorer.prepared, one_row(scorer.inner))
        case _:
            raise TypeError(f"a {type(scorer).__name__} has no layout for one row")
