"""What candidates share while they tune: the log loss on folds grouped by entity."""

from typing import TYPE_CHECKING

import numpy as np

from willbuy.models.candidates.protocol import Integers
from willbuy.models.scorers import Floats

if TYPE_CHECKING:
    from willbuy.models.candidates.protocol import Candidate


def own_groups(y: Integers, groups: Integers | None) -> Integers:
    """The entity of each row; each row its own where none are given."""
    return np.arange(len(y)) if groups is None else np.asarray(groups)


def log_loss(log_odds: Floats, y: Integers) -> float:
    """Mean log loss in nats of uncalibrated log-odds, without overflow.

    >>> round(log_loss(np.array([0.0, 1000.0]), np.array([1, 1])), 6)
    0.346574
    """
    wrong_way = np.where(np.asarray(y) != 0, -log_odds, log_odds)
    return float(np.logaddexp(0.0, wrong_way).mean())


def grouped_log_loss(
    candidate: "Candidate", X: Floats, y: Integers, seed: int, groups: Integers | None, folds: int
) -> float:
    """Log loss of a candidate's out-of-fold predictions on folds grouped by entity."""
    from willbuy.models.out_of_fold import out_of_fold

    return log_loss(out_of_fold(candidate, X, y, own_groups(y, groups), folds, seed), y)
