"""What candidates share while they tune: predictions for folds grouped by entity, and their log loss."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.models.candidates.protocol import Integers
from willbuy.models.scorers import Floats

if TYPE_CHECKING:
    from willbuy.models.candidates.protocol import Candidate, Preparing

ENOUGH_POSITIVES = 3000  # held out: more folds would not tell two settings apart any better


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


def folds_needed(y: Integers, fold_of: Integers) -> int:
    """How many of the folds 0 .. hold ENOUGH_POSITIVES between them; all of them where they never do.

    >>> folds_needed(np.ones(10_000), np.arange(10_000) % 5)
    2
    """
    held = np.cumsum(np.bincount(fold_of, weights=np.asarray(y) != 0))
    return min(int(np.searchsorted(held, ENOUGH_POSITIVES)) + 1, len(held))


def fold_by_fold(
    candidate: "Candidate",
    X: Floats,
    y: Integers,
    seed: int,
    groups: Integers,
    fold_of: Integers,
    preparing: "Preparing | None" = None,
) -> Floats:
    """Log-odds (n,) of each row by a fit on the rows of the other folds. Entities must be whole in their folds."""
    log_odds = np.empty(len(y))
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        fitted, others = apart(X, held, preparing)
        names = [f"column {number}" for number in range(fitted.shape[1])]
        scorer = candidate.fit(fitted, y[~held], seed, names, groups[~held])
        log_odds[held] = scorer.log_odds(others)
    return log_odds


def apart(X: Floats, held: NDArray[np.bool_], preparing: "Preparing | None") -> tuple[Floats, Floats]:
    """The rows that are fitted, and those held out (n,), as a model sees them."""
    fitted, others = X[~held], X[held]
    return (fitted, others) if preparing is None else preparing(fitted, others)


def grouped_log_loss(
    candidate: "Candidate",
    X: Floats,
    y: Integers,
    seed: int,
    groups: Integers | None,
    folds: int,
    preparing: "Preparing | None" = None,
) -> float:
    """Log loss of a candidate's out-of-fold predictions on folds grouped by entity, as many as are needed."""
    from willbuy.models.out_of_fold import out_of_fold

    log_odds = out_of_fold(candidate, X, y, own_groups(y, groups), folds, seed, ENOUGH_POSITIVES, preparing)
    judged = np.isfinite(log_odds)
    return log_loss(log_odds[judged], np.asarray(y)[judged])
