"""From values and draws to the figures that are printed: rounded, with intervals, None where undefined, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from willbuy.evaluation import decision, probability
from willbuy.evaluation.cells import Sums
from willbuy.evaluation.resample import Floats
from willbuy.evaluation.result.metrics import (
    Bootstrap,
    CalibrationBin,
    Confusion,
    Estimate,
    Interval,
    Metrics,
    Top,
)
from willbuy.evaluation.scored import TOPS, Scored
from willbuy.evaluation.skill import skill

LEVEL = 0.95
_DIGITS = 10  # so that the last bits of a long sum never show
_LEAST_DEFINED = 0.5  # of the draws, or the interval would be about another question
_PLAIN = (
    "base_rate",
    "brier",
    "ece",
    "predicted_over_actual",
    "calibration_slope",
    "precision",
    "recall",
    "f1",
)
_RANKED = ("roc_auc", "average_precision", "calibration_slope", "lift", "gain", "precision_")


@dataclass(frozen=True)
class Drawn:
    """How a score was drawn: whom, how often, from which seed."""

    entities: int
    buyers: int
    draws: int
    seed: int


def assemble(scored: Scored, draws: Mapping[str, Floats], drawn: Drawn) -> Metrics:
    """The dict that `train --json` prints under "test"."""
    values = {**scored.values, **skill(scored.values)}
    draws = {**draws, **skill(draws)}
    n, positives = int(scored.counts.sum()), int(scored.counts[scored.ranked.bought].sum())
    reasons = _reasons(n, positives, drawn.draws, values)
    if not 0 < positives < n:
        values |= {name: np.nan for name in values if name.startswith(_RANKED)}
    estimates = {name: estimate(value, draws[name]) for name, value in values.items()}
    estimates["ece"] = _pivotal(values["ece"], draws["ece"])
    plain = {name: estimates[name]["value"] for name in _PLAIN}
    return Metrics(
        n=n,
        positives=positives,
        entities=drawn.entities,
        buyers=drawn.buyers,
        base_rate=plain["base_rate"],
        roc_auc=estimates["roc_auc"],
        average_precision=estimates["average_precision"],
        log_loss=estimates["log_loss"],
        average_precision_over_base=estimates["average_precision_over_base"],
        brier_skill=estimates["brier_skill"],
        log_loss_skill=estimates["log_loss_skill"],
        brier=plain["brier"],
        ece=plain["ece"],
        predicted_over_actual=plain["predicted_over_actual"],
        calibration_slope=plain["calibration_slope"],
        threshold=scored.threshold,
        precision=plain["precision"],
        recall=plain["recall"],
        f1=plain["f1"],
        intervals={
            name: Interval(low=estimates[name]["low"], high=estimates[name]["high"]) for name in _PLAIN
        },
        confusion=_confusion(scored),
        top=[_top(percent, n, positives, estimates) for percent in TOPS],
        calibration=_calibration(scored, drawn.entities / n),
        reference=_reference(scored, n, positives),
        bootstrap=Bootstrap(
            unit="entity", entities=drawn.entities, draws=drawn.draws, seed=drawn.seed, level=LEVEL
        ),
        reasons=reasons,
    )


def estimate(value: float, draws: Floats) -> Estimate:
    """A figure and the percentile interval of its draws; None for what is undefined."""
    low, high = _percentiles(draws) if np.isfinite(value) else (np.nan, np.nan)
    return Estimate(value=number(value), low=number(low), high=number(high))


def number(value: float) -> float | None:
    """A JSON number, or None for NaN and infinity."""
    return round(float(value), _DIGITS) if np.isfinite(value) else None


def _percentiles(draws: Floats) -> tuple[float, float]:
    defined = draws[np.isfinite(draws)]
    if not len(defined) or len(defined) < _LEAST_DEFINED * len(draws):
        return np.nan, np.nan
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _pivotal(value: float, draws: Floats) -> Estimate:
    """2 v - high to 2 v - low: chance adds to the ECE, in the rows and once more in the draws; this takes it out again."""
    low, high = _percentiles(draws)
    low, high = max(2 * value - high, 0.0), max(2 * value - low, 0.0)  # NaN stays NaN
    return Estimate(value=number(value), low=number(low), high=number(high))


def _reasons(n: int, positives: int, draws: int, values: Mapping[str, float]) -> dict[str, str]:
    reasons = {}
    if positives == 0:
        reasons["ranking"] = f"no buyer among {n} rows: there is nobody to rank above the others"
    elif positives == n:
        reasons["ranking"] = f"all {n} rows bought: there is nobody to rank them above"
    elif not np.isfinite(values["calibration_slope"]):
        reasons["calibration_slope"] = (
            "one score only, or scores that part buyers from the others without an error"
        )
    if not np.isfinite(values["precision"]):
        reasons["precision"] = "nobody reaches the threshold"
    if draws == 0:
        reasons["intervals"] = "an interval needs at least 2 entities that bought and 2 that did not"
    return reasons


def _confusion(scored: Scored) -> Confusion:
    hits, chosen, buyers = (
        int(value[0])
        for value in decision.confusion(Sums(scored.ranked, scored.counts[None, :]), scored.threshold)
    )
    return Confusion(
        true_positive=hits,
        false_positive=chosen - hits,
        false_negative=buyers - hits,
        true_negative=int(scored.counts.sum()) - chosen - buyers + hits,
    )


def _top(percent: int, n: int, positives: int, estimates: Mapping[str, Estimate]) -> Top:
    gained = estimates[f"gain_{percent}"]
    return Top(
        share=TOPS[percent],
        n=TOPS[percent] * n,
        buyers=None if gained["value"] is None else number(gained["value"] * positives),
        lift=estimates[f"lift_{percent}"],
        gain=gained,
        precision=estimates[f"precision_{percent}"],
    )


def _calibration(scored: Scored, alone: float) -> list[CalibrationBin]:
    """The bins, least scores first. `alone` is entities per row: rows of one entity count as one in the intervals."""
    ranked, counts = scored.ranked, scored.counts
    rows = np.add.reduceat(counts, scored.bins)
    bought = np.add.reduceat(counts * ranked.bought, scored.bins)
    predicted = np.add.reduceat(counts * ranked.score, scored.bins) / rows
    ends = np.append(scored.bins[1:], len(counts)) - 1
    return [
        CalibrationBin(
            n=int(rows[i]),
            positives=int(bought[i]),
            predicted=round(float(predicted[i]), _DIGITS),
            actual=wilson(float(bought[i]) * alone, float(rows[i]) * alone),
            lowest=round(float(ranked.score[ends[i]]), _DIGITS),
            highest=round(float(ranked.score[scored.bins[i]]), _DIGITS),
        )
        for i in reversed(range(len(rows)))
    ]


def wilson(hits: float, of: float) -> Estimate:
    """A rate with Wilson's 95 % interval (1927), which holds for small counts and for rates near 0 and 1.

    >>> {name: round(value, 3) for name, value in wilson(0, 10).items()}
    {'value': 0.0, 'low': 0.0, 'high': 0.278}
    """
    z = 1.959963984540054
    rate, z2 = hits / of, z * z
    middle = (rate + z2 / (2 * of)) / (1 + z2 / of)
    half = z / (1 + z2 / of) * np.sqrt(rate * (1 - rate) / of + z2 / (4 * of * of))
    return Estimate(
        value=number(rate), low=number(max(middle - half, 0.0)), high=number(min(middle + half, 1.0))
    )


def _reference(scored: Scored, n: int, positives: int) -> dict[str, float | None]:
    """What the part's own base rate, given to everyone, would score; and the ECE that chance alone leaves."""
    rate = positives / n
    certain = rate in (0.0, 1.0)
    entropy = 0.0 if certain else -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))
    return {
        "average_precision": number(rate) if not certain else None,
        "roc_auc": 0.5 if not certain else None,
        "log_loss": number(entropy),
        "brier": number(rate * (1 - rate)),
        "ece_if_calibrated": number(probability.ece_if_calibrated(scored.ranked, scored.counts, scored.bins)),
    }
