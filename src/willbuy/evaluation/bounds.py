"""The fixed bounds that verdicts are read off, so that two runs with the same figures get the same words."""

from willbuy.evaluation.result.metrics import Estimate

FEWEST_BUYERS = 20
"""Buyers below which a bootstrap interval promises more than it knows."""

MATERIAL = {"average_precision": 0.05, "log_loss": 0.01, "roc_auc": 0.02}
"""An improvement of less than this share of the rule's own value is "barely" one."""

PRECISE = {"average_precision": 0.10, "log_loss": 0.02, "roc_auc": 0.05}
"""An interval that holds 0 says "no better" where its half-width is within this share of the other's value; a wider one says
"not enough data"."""

CALIBRATED = (0.9, 1.1)
"""Predicted over actual buyers within this is as promised."""

METRIC_WORDS = {"average_precision": "average precision", "log_loss": "log loss", "roc_auc": "ROC-AUC"}


def improvement(gap: Estimate, metric: str) -> Estimate:
    """A difference turned so that more is better, whatever the metric.

    >>> improvement({"value": -0.02, "low": -0.03, "high": -0.01}, "log_loss")
    {'value': 0.02, 'low': 0.01, 'high': 0.03}
    """
    if metric != "log_loss":
        return gap
    return Estimate(value=_minus(gap["value"]), low=_minus(gap["high"]), high=_minus(gap["low"]))


def _minus(value: float | None) -> float | None:
    return None if value is None else -value
