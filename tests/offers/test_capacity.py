"""The threshold for a capacity: never more than that, as many as the ties allow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rows import ROWS, choices, columns
from willbuy.offers.capacity import by_capacity
from willbuy.offers.cuts import Cuts


@given(ROWS, st.integers(1, 200))
def test_as_many_as_fit_and_no_more(rows: list[tuple[int, bool]], capacity: int) -> None:
    p, y = columns(rows)
    found = by_capacity(Cuts.of(p, y), capacity, population=100)
    fits = [c.sum() for c in choices(p) if c.mean() * 100 <= capacity + 1e-9]
    if capacity >= 100:
        assert found.threshold.selected == len(p) and "everyone is chosen" in found.note
    elif fits:
        assert found.threshold.selected == max(fits) and found.note == ""
    else:
        assert found.threshold.selected == min(c.sum() for c in choices(p)) and "more than" in found.note


def test_the_population_is_that_of_one_moment_not_of_all_rows() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(50_000)  # ten moments of 5,000 rows
    found = by_capacity(Cuts.of(p, rng.random(50_000) < p), capacity=500, population=5000).threshold
    chosen = [(p[start : start + 5000] >= found.value).sum() for start in range(0, 50_000, 5000)]
    assert found.selected == 5000 and np.mean(chosen) == 500
    assert chosen == pytest.approx([500] * 10, rel=0.12)
