"""What each feature adds to the scores of many rows: how much on average, and which way for which of its values.

Contributions are the model's own (`willbuy.models.contributions`), in log-odds: they say what moved the score, not what
would move the visitor.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.resample import Floats
from willbuy.evaluation.result.model import Contributed, ContributedPoint

MOST = 12  # features that keep points to be drawn
POINTS = 200  # a feature


def summarise_contributions(
    contributions: Floats, X: Floats, names: Sequence[str], *, seed: int = 0
) -> dict[str, Contributed]:
    """Feature -> its mean absolute contribution over the rows (n, features) and, for the MOST greatest, some rows' points.

    A point holds the contribution and where the row's value stands among all rows' values: 0 the least, 1 the greatest,
    None for a null.

    >>> phi, X = np.array([[0.5, 0.0], [-0.5, 0.0]]), np.array([[3.0, 1.0], [0.0, np.nan]])
    >>> found = summarise_contributions(phi, X, ["count_cart_7d", "constant"])
    >>> found["count_cart_7d"]["mean"], found["constant"]["mean"], sorted(p["rank"] for p in found["count_cart_7d"]["points"])
    (0.5, 0.0, [0.0, 1.0])
    """
    mean = np.abs(contributions).mean(axis=0)
    drawn = _drawn(len(X), seed)
    keep_points = set(np.argsort(-mean, kind="stable")[:MOST].tolist())
    return {
        name: Contributed(
            mean=float(mean[place]),
            points=_points(contributions[:, place], X[:, place], drawn) if place in keep_points else [],
        )
        for place, name in enumerate(names)
    }


def _drawn(n: int, seed: int) -> npt.NDArray[np.int64]:
    if n <= POINTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, POINTS, replace=False))


def _points(contribution: Floats, value: Floats, drawn: npt.NDArray[np.int64]) -> list[ContributedPoint]:
    """Rank by the mean place among equals, so that a value has one colour."""
    known = np.sort(value[~np.isnan(value)])
    last = max(len(known) - 1, 1)
    points = []
    for row in drawn.tolist():
        one = value[row]
        below, upto = np.searchsorted(known, one, "left"), np.searchsorted(known, one, "right")
        rank = None if np.isnan(one) else round(float(below + upto - 1) / 2 / last, 3)
        points.append(ContributedPoint(contribution=round(float(contribution[row]), 4), rank=rank))
    return points
