"""Scaling of numbers: none, standard (mean 0, deviation 1) or min_max (0 to 1), by the rows that are fitted."""

import numpy as np

from willbuy.models.rows import Floats

SCALES = ("none", "standard", "min_max")
TINY = 1e-9  # a spread below this share of the centre is rounding, not spread


def scales(kind: str, values: Floats) -> tuple[Floats, Floats]:
    """For each column of values (n, columns) what is taken off, and what the rest is divided by.

    A column that does not vary, or of which nothing is known, is divided by 1. Later values may lie outside the range.

    >>> off, by = scales("min_max", np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]]))
    >>> off.tolist(), by.tolist()
    ([1.0, 5.0], [2.0, 1.0])
    """
    off, by = np.zeros(values.shape[1]), np.ones(values.shape[1])
    if kind == "none":
        return off, by
    for place in range(values.shape[1]):
        known = values[~np.isnan(values[:, place]), place]
        if not len(known):
            continue
        center, spread = (
            (known.mean(), known.std()) if kind == "standard" else (known.min(), known.max() - known.min())
        )
        off[place] = center
        if TINY * max(abs(center), np.finfo(np.float64).tiny) < spread < np.inf:
            by[place] = spread
    return off, by
