"""One score on one part: its metrics by name, their values, and what is needed to draw them again and again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from willbuy.evaluation import decision, probability, ranking
from willbuy.evaluation.cells import FINEST, Ranked, Sums, coarsen, rank
from willbuy.evaluation.resample import Floats, Ints

Metric = Callable[[Sums], Floats]
TOPS: Mapping[int, float] = {1: 0.01, 5: 0.05, 10: 0.10, 20: 0.20}
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
    """A score's exact cells with their counts and values."""

    ranked: Ranked
    counts: Floats
    threshold: float
    bins: Ints
    slope: probability.Slope | None
    values: dict[str, float]

    @classmethod
    def make(cls, y: npt.NDArray[np.int8], p: Floats, threshold: float) -> tuple["Scored", Ints]:
        """(the score, exact cell of each row)."""
        ranked, of_row = rank(y, p)
        counts: Floats = np.bincount(of_row).astype(np.float64)
        bins, slope = probability.equal_count_bins(ranked, counts), probability.fit_slope(ranked, counts)
        values = _values(ranked, counts, metrics(bins, threshold, slope))
        return cls(ranked, counts, threshold, bins, slope, values), of_row

    def drawable(self, finest: int = FINEST) -> tuple["Drawable", Ints]:
        """(what draws are made of, coarse cell of each exact cell)."""
        coarse, of_cell = coarsen(self.ranked, self.counts, self.threshold, finest)
        counts: Floats = np.bincount(of_cell, weights=self.counts).astype(np.float64)
        slope = None if self.slope is None else self.slope.coarsen(of_cell, self.counts)
        found = metrics(probability.equal_count_bins(coarse, counts), self.threshold, slope)
        rough = _values(coarse, counts, found)
        return Drawable(coarse, found, {name: self.values[name] - rough[name] for name in found}), of_cell


@dataclass(frozen=True)
class Drawable:
    """A score's coarse cells and its metrics on them; `offsets` put the draws back around the exact values."""

    ranked: Ranked
    metrics: Mapping[str, Metric]
    offsets: Mapping[str, float]

    def draw(self, weights: Floats) -> dict[str, Floats]:
        """Metric -> (b,) draws from (b, cells) weights."""
        sums = Sums(self.ranked, weights)
        return {name: metric(sums) + self.offsets[name] for name, metric in self.metrics.items()}


def metrics(bins: Ints, threshold: float, slope: probability.Slope | None) -> dict[str, Metric]:
    """Every metric by name, ready for one score: its bins, slope and threshold do not change from draw to draw."""
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


def _values(ranked: Ranked, counts: Floats, found: Mapping[str, Metric]) -> dict[str, float]:
    sums = Sums(ranked, counts[None, :])
    return {name: float(metric(sums)[0]) for name, metric in found.items()}


def _undefined(sums: Sums) -> Floats:
    return np.full(len(sums.all), np.nan)
