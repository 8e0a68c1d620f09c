"""Reference distributions: how the features and the scores lay when the model was trained, for drift to be seen later."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


def reference(
    X: NDArray[np.float64], names: Sequence[str], probability: NDArray[np.float64]
) -> dict[str, Any]:
    """Of every column of the training rows (n, features), and of the out-of-fold probabilities: see `distribution`."""
    features = {name: distribution(X[:, number]) for number, name in enumerate(names)}
    return {"levels": list(LEVELS), "features": features, "probability": distribution(probability)}


def distribution(values: NDArray[np.float64]) -> dict[str, Any]:
    """Rows, the share of nulls, the mean and the quantiles at LEVELS of what is known; each quantile is a value that occurs.

    >>> distribution(np.array([3.0, np.nan, 1.0, 2.0]))["quantiles"][5], distribution(np.array([np.nan]))["quantiles"]
    (2.0, [])
    """
    known = values[~np.isnan(values)]
    at = np.quantile(known, LEVELS, method="inverted_cdf").tolist() if len(known) else []
    share = 1.0 - len(known) / len(values) if len(values) else None
    return {
        "n": len(values),
        "null_share": share,
        "mean": float(known.mean()) if len(known) else None,
        "quantiles": at,
    }
