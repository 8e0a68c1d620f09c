"""The curves of the report, each with a pointwise band from the visitor bootstrap.

A curve is read off at fixed places (false positive rate, recall, share of rows), so that draws can be compared there.
"""

from collections.abc import Callable
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.cells import Ranked, Sums, coarsen, rank
from willbuy.evaluation.resample import Floats, Resampler

BAND_DRAWS = 200
STEPS = 100
Reader = Callable[[Floats, Floats, Floats], Floats]


class Point(TypedDict):
    """One place of a curve with its 95 % band; the band is None where it cannot be known."""

    x: float
    y: float
    low: float | None
    high: float | None


class Curves(TypedDict):
    """The three curves of one score."""

    roc: list[Point]
    precision_recall: list[Point]
    gain: list[Point]


def curves(y: npt.ArrayLike, p: npt.ArrayLike, groups: npt.ArrayLike, seed: int = 0) -> Curves | None:
    """The curves of the probabilities `p` of the outcomes `y`. None where there is nobody to rank."""
    outcomes, scores = np.asarray(y, dtype=np.int8), np.asarray(p, dtype=np.float64)
    if not 0 < outcomes.sum() < len(outcomes):
        return None
    exact, of_row = rank(outcomes, scores)
    ranked, of_cell = coarsen(exact, np.bincount(of_row).astype(np.float64), threshold=0.0, finest=STEPS * 20)
    resampler = Resampler(of_cell[of_row], np.asarray(groups), len(ranked.score))
    even = np.linspace(0, 1, STEPS + 1)
    plans: dict[str, tuple[Reader, Floats]] = {
        "roc": (_roc, even),
        "precision_recall": (_precision_recall, even[1:]),
        "gain": (_gain, even),
    }
    values = _read(ranked, resampler.counts[None, :], plans)
    drawn = [_read(ranked, weights, plans) for weights in resampler.draws(BAND_DRAWS, seed)]
    points = {
        name: _points(at, values[name][0], np.concatenate([draw[name] for draw in drawn]))
        for name, (_, at) in plans.items()
    }
    return Curves(roc=points["roc"], precision_recall=points["precision_recall"], gain=points["gain"])


def _read(ranked: Ranked, weights: Floats, plans: dict[str, tuple[Reader, Floats]]) -> dict[str, Floats]:
    """Each curve at its places, a row a draw. Ties are passed in one step, as one decision."""
    sums = Sums(ranked, weights)
    ends = np.unique(ranked.last)
    total, hits = sums.total[:, ends], sums.bought_before(ends)
    return {
        name: np.stack([reader(t, h, at) for t, h in zip(total, hits, strict=True)])
        for name, (reader, at) in plans.items()
    }


def _roc(total: Floats, hits: Floats, at: Floats) -> Floats:
    """True positive rate at each false positive rate; the best one where the curve stands upright."""
    false = total - hits
    x, y = np.append(0.0, false / max(false[-1], 1e-300)), np.append(0.0, hits / max(hits[-1], 1e-300))
    return _upper(x, y, at)


def _gain(total: Floats, hits: Floats, at: Floats) -> Floats:
    """Share of the buyers among the best-scored share of rows."""
    x, y = np.append(0.0, total / max(total[-1], 1e-300)), np.append(0.0, hits / max(hits[-1], 1e-300))
    return _upper(x, y, at)


def _precision_recall(total: Floats, hits: Floats, at: Floats) -> Floats:
    """Precision at the depth that first reaches each recall: no line is drawn between two thresholds."""
    reached = np.searchsorted(hits, at * hits[-1] * (1 - 1e-12))
    reached = np.minimum(reached, len(hits) - 1)
    return np.asarray(hits[reached] / np.maximum(total[reached], 1e-300))


def _upper(x: Floats, y: Floats, at: Floats) -> Floats:
    keep = np.append(np.diff(x) > 0, True)
    keep[0] = True
    return np.asarray(np.interp(at, x[keep], y[keep]))


def _points(at: Floats, value: Floats, draws: Floats) -> list[Point]:
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return [
        Point(x=round(float(x), 4), y=round(float(v), 6), low=round(float(lo), 6), high=round(float(hi), 6))
        for x, v, lo, hi in zip(at, value, low, high, strict=True)
    ]
