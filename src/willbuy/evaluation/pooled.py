"""Scores of several folds on one pile, where each fold decided at a threshold of its own.

Every metric of the order and of the probabilities is that of the pile. Precision, recall, F1 and the confusion matrix
are those of the decisions as they were made: no threshold was chosen on a row that it decided on.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.evaluate import DRAWS, SideBySide, side_by_side
from willbuy.evaluation.result.metrics import Metrics

DECIDED = ("precision", "recall", "f1")
_SUFFIX = " decided"


def pooled(
    y: npt.ArrayLike,
    scores: Mapping[str, npt.ArrayLike],
    chosen: Mapping[str, npt.ArrayLike],
    groups: npt.ArrayLike,
    thresholds: Mapping[str, float],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> SideBySide:
    """`side_by_side`, with the decisions `chosen` (n,) of each score in the place of `p >= threshold`.

    `thresholds` are only printed: what the shipped model and the rules would use.

    >>> both = pooled([1, 0, 1, 0], {"p": [.9, .2, .3, .1]}, {"p": [1, 0, 1, 0]}, range(4), {"p": .5}, draws=100)
    >>> both.metrics["p"]["recall"], both.metrics["p"]["threshold"], list(both.metrics)
    (1.0, 0.5, ['p'])
    """
    decided = {name + _SUFFIX: np.asarray(of, dtype=np.float64) for name, of in chosen.items()}
    both = side_by_side(
        y,
        {**scores, **decided},
        groups,
        {**thresholds, **dict.fromkeys(decided, 0.5)},
        draws=draws,
        seed=seed,
    )
    metrics = {name: _grafted(both.metrics[name], both.metrics[name + _SUFFIX]) for name in scores}
    return SideBySide(
        metrics=metrics,
        values={name: both.values[name] for name in scores},
        draws={name: both.draws[name] for name in scores},
    )


def _grafted(score: Metrics, decided: Metrics) -> Metrics:
    found = score.copy()
    found["intervals"] = score["intervals"] | {name: decided["intervals"][name] for name in DECIDED}
    found["confusion"] = decided["confusion"]
    found["precision"], found["recall"], found["f1"] = (
        decided["precision"],
        decided["recall"],
        decided["f1"],
    )
    reasons = {name: reason for name, reason in score["reasons"].items() if name != "precision"}
    found["reasons"] = reasons | {k: r for k, r in decided["reasons"].items() if k == "precision"}
    return found
