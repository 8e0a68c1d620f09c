"""Small made-up predictions: few distinct scores, so that ties are common."""

import numpy as np
from hypothesis import strategies as st

ROWS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60).filter(
    lambda rows: any(bought for _, bought in rows)
)


def columns(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities strictly between 0 and 1, and outcomes."""
    return np.array([(score + 0.5) / 13 for score, _ in rows]), np.array([bought for _, bought in rows])


def choices(p: np.ndarray) -> list[np.ndarray]:
    """Every choice that a threshold can make and that chooses somebody."""
    return [p >= value for value in np.unique(p)]
