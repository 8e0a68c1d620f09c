"""One score on one part: its metrics by name, each a function of the cells' weights, and their values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from willbuy.evaluation import decision, probability, ranking
from willbuy.evaluation.cells import Ranked, Sums
from willbuy.evaluation.resample import Floats, Ints

Metric = Callable[[Sums], Floats]
_PERCENT = {1: 0.01, 5: 0.05, 10: 0.10, 20: 0.20}
TOPS: Mapping[int, float] = _PERCENT
PAIRED = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "predicted_over_actual",
    *(f"lift_{percent}" for percent in TOPS),
)


@dataclass(frozen=True)
class Scored:
    """A score's cells with their counts, and every metric made ready for it (bins, slope and threshold are fixed here)."""

    ranked: Ranked
    counts: Floats
    threshold: float
    bins: Ints
    metrics: Mapping[str, Metric]
    values: dict[str, float]

    @classmethod
    def make(cls, ranked: Ranked, counts: Floats, threshold: float) -> "Scored":
        """`counts` is (1, cells), in the score's order."""
        bins = probability.equal_count_bins(ranked, counts[0])
        metrics = _metrics(bins, threshold, probability.fit_slope(ranked, counts[0]))
        sums = Sums(ranked, counts)
        values = {name: float(metric(sums)[0]) for name, metric in metrics.items()}
        return cls(ranked, counts[0], threshold, bins, metrics, values)


def _metrics(bins: Ints, threshold: float, slope: probability.Slope | None) -> dict[str, Metric]:
    return {
        "base_rate": probability.base_rate,
        "roc_auc": ranking.roc_auc,
        "average_precision": ranking.average_precision,
        "log_loss": probability.log_loss,
        "brier": probability.brier,
        "ece": partial(probability.ece, bins=bins),
        "predicted_over_actual": probability.predicted_over_actual,
        "calibration_slope": slope.draws if slope else _undefined,
        "precision": partial(decision.precision, threshold=threshold),
        "recall": partial(decision.recall, threshold=threshold),
        "f1": partial(decision.f1, threshold=threshold),
        **{f"gain_{percent}": partial(ranking.gain, share=share) for percent, share in TOPS.items()},
        **{f"lift_{percent}": partial(ranking.lift, share=share) for percent, share in TOPS.items()},
    }


def _undefined(sums: Sums) -> Floats:
    return np.full(len(sums.all), np.nan)
