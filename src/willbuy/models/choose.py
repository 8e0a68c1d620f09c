"""Choosing among candidates: one declared metric on out-of-fold predictions of the training part."""

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from willbuy.models.candidates.tuning import log_loss
from willbuy.models.scorers import Floats


def _average_precision(log_odds: Floats, y: NDArray[Any]) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(y, log_odds))


def _roc_auc(log_odds: Floats, y: NDArray[Any]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y, log_odds))


# metric -> (function, sign that makes greater better)
METRICS: dict[str, tuple[Callable[[Floats, NDArray[Any]], float], int]] = {
    "average_precision": (_average_precision, 1),
    "roc_auc": (_roc_auc, 1),
    "log_loss": (log_loss, -1),
}


def choose(log_odds: Mapping[str, Floats], y: NDArray[Any], metric: str) -> tuple[str, dict[str, float]]:
    """Return (name of the best candidate, metric of each). The first named wins a tie: name the plainest first.

    >>> import numpy as np
    >>> y = np.array([0, 1, 0, 1])
    >>> choose({"dull": np.zeros(4), "keen": np.array([-1.0, 1.0, -1.0, 1.0])}, y, "roc_auc")
    ('keen', {'dull': 0.5, 'keen': 1.0})
    """
    if metric not in METRICS:
        raise ValueError(f"no metric '{metric}'; expected one of {', '.join(METRICS)}")
    values = {name: METRICS[metric][0](scores, y) for name, scores in log_odds.items()}
    return best(values, metric), values


def best(values: Mapping[str, float], metric: str) -> str:
    """The name with the best value; the first named wins a tie.

    >>> best({"a": 0.3, "b": 0.2}, "log_loss"), best({"a": 0.3, "b": 0.3}, "roc_auc")
    ('b', 'a')
    """
    sign = METRICS[metric][1]
    return max(values, key=lambda name: sign * values[name])
