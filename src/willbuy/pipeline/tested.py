"""What the opened test part says beside its figures: where the model errs, and what it would lose without a feature."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.evaluation.importance import permutation_importance
from willbuy.evaluation.result import Estimate, Metrics
from willbuy.evaluation.sealed import unseen
from willbuy.evaluation.slices import evaluate_slices
from willbuy.models.scorers import Scorer

if TYPE_CHECKING:
    from willbuy.pipeline.training import Rows, Training

ROWS, REPEATS = 5000, 3  # of the importance: its error is read off the least and the greatest repeat


def slices(
    run: "Training", test: "Rows", probability: NDArray[np.float64], threshold: float
) -> dict[str, dict[str, Metrics]]:
    """Figures by what a reader asks for first: the event a visit was asked after; visitors known or new to the model."""
    by: dict[str, NDArray[np.str_]] = {}
    if "k" in test.frame:
        by["asked after event"] = test.frame["k"].to_numpy().astype(np.str_)
    if run.split.kind == "time":
        new = unseen(run.train.groups, test.groups)
        by["visitors"] = np.where(new, "unseen in training", "the same visitors, later")
    return {
        name: evaluate_slices(
            test.y,
            probability,
            test.groups,
            threshold=threshold,
            by=values,
            draws=run.shop.train.bootstrap,
            seed=run.seed,
        )
        for name, values in by.items()
    }


def importance(run: "Training", test: "Rows") -> dict[str, Estimate]:
    """Feature -> drop of average precision when it is shuffled; nothing where the test part has one outcome only."""
    if not 0 < int(test.y.sum()) < len(test.y):
        return {}
    score = _in_bulk(run.scorer).log_odds
    return permutation_importance(
        score, test.X, test.y, test.names, rows=ROWS, repeats=REPEATS, seed=run.seed
    )


def _in_bulk(scorer: Scorer) -> Scorer:
    if getattr(scorer, "native", None) is None:
        return scorer
    from willbuy.models.native import NativeTrees

    return NativeTrees(scorer)
