"""The few figures of a part that is told apart from the test, their spread over parts, and the gap between two parts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from willbuy.evaluation.assemble import number
from willbuy.evaluation.result.metrics import Estimate, Figures, Metrics, Spread

COMPARED = (
    "average_precision",
    "average_precision_over_base",
    "roc_auc",
    "log_loss",
    "predicted_over_actual",
)


def estimate_of(found: Mapping[str, Any], metric: str) -> Estimate:
    """A metric of an evaluation with its interval, wherever the two stand; without one where none was made.

    >>> estimate_of({"brier": 0.1, "intervals": {"brier": {"low": 0.0, "high": 0.2}}}, "brier")
    {'value': 0.1, 'low': 0.0, 'high': 0.2}
    """
    value = found[metric]
    if isinstance(value, Mapping):
        return Estimate(value=value["value"], low=value["low"], high=value["high"])
    bounds = found["intervals"].get(metric) or {"low": None, "high": None}
    return Estimate(value=value, low=bounds["low"], high=bounds["high"])


def figures_of(found: Metrics) -> Figures:
    """The figures that are compared between parts, each with its interval."""
    bounds = found["intervals"]["predicted_over_actual"]
    return Figures(
        n=found["n"],
        positives=found["positives"],
        buyers=found["buyers"],
        base_rate=found["base_rate"],
        average_precision=found["average_precision"],
        average_precision_over_base=found["average_precision_over_base"],
        roc_auc=found["roc_auc"],
        log_loss=found["log_loss"],
        predicted_over_actual=Estimate(value=found["predicted_over_actual"], **bounds),
    )


def spreads(parts: Sequence[Figures]) -> dict[str, Spread]:
    """Mean, worst and standard deviation (n - 1) of each figure over the parts in which it is defined."""
    found = {}
    for metric in COMPARED:
        values = [part[metric]["value"] for part in parts]  # type: ignore[literal-required]
        known = [value for value in values if value is not None]
        if known:
            found[metric] = spread(known, metric)
    return found


def spread(values: Sequence[float], metric: str) -> Spread:
    """One metric's mean, worst and standard deviation.

    >>> spread([0.5, 0.4, 0.6], "average_precision")
    {'mean': 0.5, 'worst': 0.4, 'sd': 0.1}
    >>> spread([0.8, 1.1], "predicted_over_actual")["worst"], spread([0.2], "log_loss")["sd"]
    (0.8, None)
    """
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    return Spread(mean=round(float(np.mean(values)), 10), worst=_worst(values, metric), sd=number(deviation))


def _worst(values: Iterable[float], metric: str) -> float:
    if metric == "log_loss":
        return max(values)
    if metric == "predicted_over_actual":
        return max(values, key=lambda value: abs(math.log(value)) if value > 0 else math.inf)
    return min(values)


def gap(one: Estimate, other: Estimate) -> Estimate:
    """`one` minus `other`, of two parts that share no draw: the interval from the two intervals.

    The method of variance estimates recovery (Zou and Donner 2008): the distances from each figure to its own
    bounds, added in squares. It takes the parts as independent; where they share visitors it is a little too wide.

    >>> gap(Estimate(value=0.6, low=0.57, high=0.63), Estimate(value=0.5, low=0.46, high=0.54))
    {'value': 0.1, 'low': 0.05, 'high': 0.15}
    """
    if one["value"] is None or other["value"] is None:
        return Estimate(value=None, low=None, high=None)
    value = one["value"] - other["value"]
    low = _apart(one["value"], one["low"], other["value"], other["high"])
    high = _apart(one["value"], one["high"], other["value"], other["low"])
    return Estimate(value=number(value), low=number(value - low), high=number(value + high))


def _apart(one: float, bound: float | None, other: float, other_bound: float | None) -> float:
    return math.nan if bound is None or other_bound is None else math.hypot(one - bound, other - other_bound)
