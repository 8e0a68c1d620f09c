"""Fitting a calibrator on out-of-fold log-odds: isotonic where there are enough buyers, else sigmoid.

Isotonic: the rows are sorted by log-odds and pooled into blocks whose rate rises (pool adjacent violators). Blocks
at either end in which nobody, or everybody, buys are pooled inwards: no rate is 0 or 1. The knots stand at the
blocks' centres (Oron & Flournoy 2017, "Centered isotonic regression") so that order within a block is kept.

Sigmoid (Platt 1999): maximum likelihood with a weak prior on the slope alone, normal around 1 with deviation 1: a
handful of buyers cannot make it steep, a few hundred overrule it. A slope below 0 becomes 0.

Both end with a shift that makes the mean probability equal the base rate.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData
from willbuy.models.calibrators import LIMIT, Calibrator, Floats, IsotonicCalibrator, SigmoidCalibrator, expit
from willbuy.models.rows import remedy

ENOUGH_FOR_ISOTONIC = 1000  # positives


def fit(log_odds: Floats, y: NDArray[Any]) -> Calibrator:
    """Fit on (n,) log-odds and 0/1 labels. Raises NotEnoughData unless both outcomes occur."""
    scores = np.asarray(log_odds, dtype=np.float64)
    labels = (np.asarray(y) != 0).astype(np.float64)
    if scores.shape != labels.shape or scores.ndim != 1:
        raise ValueError(f"log-odds have shape {scores.shape}, labels {labels.shape}; expected (n,) of both")
    if not np.isfinite(scores).all():
        raise ValueError(f"{int((~np.isfinite(scores)).sum())} of {len(scores)} log-odds are not finite")
    positives = int(labels.sum())
    if positives in (0, len(labels)):
        raise NotEnoughData(
            f"{positives} of {len(labels)} rows to calibrate on buy; calibration needs rows that do and rows "
            f"that do not. {remedy(positives, len(labels) - positives)}"
        )
    # The negatives must be enough too: where nearly everybody buys, they are the rare side.
    if min(positives, len(labels) - positives) >= ENOUGH_FOR_ISOTONIC:
        return _isotonic(scores, labels)
    return _sigmoid(scores, labels)


def _sigmoid(scores: Floats, labels: Floats) -> SigmoidCalibrator:
    middle = float(np.median(scores))
    slope = _slope(np.clip(scores - middle, -100.0, 100.0), labels)
    line = slope * (scores - middle)
    return SigmoidCalibrator(intercept=shift_to(line, float(labels.mean())) - slope * middle, slope=slope)


def _slope(scores: Floats, labels: Floats) -> float:
    """The slope of the penalised logistic fit, by damped Newton steps."""
    intercept, slope = 0.0, 0.0
    for _ in range(100):
        p = expit(np.clip(intercept + slope * scores, -LIMIT, LIMIT))
        w = p * (1 - p)
        gradient = np.array([(labels - p).sum(), (scores * (labels - p)).sum() + (1.0 - slope)])
        mixed = (w * scores).sum()
        hessian = np.array([[w.sum() + 1e-12, mixed], [mixed, (w * scores**2).sum() + 1.0]])
        step = np.clip(np.linalg.solve(hessian, gradient), -2.0, 2.0)
        intercept, slope = intercept + float(step[0]), slope + float(step[1])
        if np.abs(step).max() < 1e-12:
            break
    return max(slope, 0.0)


def shift_to(log_odds: Floats, base_rate: float) -> float:
    """The number that, added to all log-odds, makes the mean probability equal the base rate.

    >>> round(shift_to(np.array([0.0, 0.0]), 0.75), 12) == round(float(np.log(3)), 12)
    True
    """
    low, high = -2 * LIMIT - float(np.max(log_odds)), 2 * LIMIT - float(np.min(log_odds))
    shift = 0.0
    for _ in range(200):
        p = expit(np.clip(log_odds + shift, -LIMIT, LIMIT))
        gap = float(p.mean()) - base_rate
        low, high = (low, shift) if gap > 0 else (shift, high)
        steepness = float((p * (1 - p)).mean())
        newton = shift - gap / steepness if steepness > 0 else np.inf
        following = newton if low < newton < high else (low + high) / 2
        if abs(following - shift) < 1e-15 * max(1.0, abs(shift)) or gap == 0:
            break
        shift = following
    return shift


def _isotonic(scores: Floats, labels: Floats) -> IsotonicCalibrator:
    rows, bought, centre = _blocks(scores, labels)
    after = np.log(bought) - np.log(rows - bought)
    before, after = _with_ends(centre, after, scores, labels)
    shift = shift_to(np.interp(scores, before, after), float(labels.mean()))
    return IsotonicCalibrator(before=before, after=after + shift)


def _blocks(scores: Floats, labels: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows, buyers and mean log-odds of each block, rates rising and strictly between 0 and 1."""
    from sklearn.isotonic import isotonic_regression

    value, index = np.unique(scores, return_inverse=True)
    rows = np.bincount(index).astype(np.float64)
    bought = np.bincount(index, weights=labels)
    rate = isotonic_regression(bought / rows, sample_weight=rows)
    start = np.flatnonzero(np.diff(rate, prepend=-1.0) != 0)
    blocks = np.vstack([np.add.reduceat(part, start) for part in (rows, bought, value * rows)])
    if blocks.shape[1] > 1 and blocks[1, 0] == 0:
        blocks = np.hstack((blocks[:, :2].sum(axis=1, keepdims=True), blocks[:, 2:]))
    if blocks.shape[1] > 1 and blocks[1, -1] == blocks[0, -1]:
        blocks = np.hstack((blocks[:, :-2], blocks[:, -2:].sum(axis=1, keepdims=True)))
    return blocks[0], blocks[1], blocks[2] / blocks[0]


def _with_ends(centre: Floats, after: Floats, scores: Floats, labels: Floats) -> tuple[Floats, Floats]:
    """The knots, with one more at the lowest and the highest score: there the line goes on at the sigmoid's slope.

    Without them everything beyond the outermost centres would tie, and the best tenth would have no order.
    """
    slope = _slope(np.clip(scores - float(np.median(scores)), -100.0, 100.0), labels)
    low, high = float(scores.min()), float(scores.max())
    before = np.concatenate(([low], centre, [high]))
    line = np.concatenate(
        ([after[0] + slope * (low - centre[0])], after, [after[-1] + slope * (high - centre[-1])])
    )
    rising = np.diff(np.maximum.accumulate(before), prepend=-np.inf) > 0
    return before[rising], np.maximum.accumulate(line[rising])
