"""The F1 threshold against all thresholds there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import NotEnoughData
from willbuy.offers.f1 import f1_threshold


@given(rows=st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=80))
def test_no_threshold_is_better(rows):
    p = np.array([score / 20 for score, _ in rows])
    y = np.array([label for _, label in rows])
    if not y.any():
        with pytest.raises(NotEnoughData, match=f"none of {len(rows)} rows buys"):
            f1_threshold(p, y)
        return
    best = f1_threshold(p, y)
    chosen = p >= best.value
    caught = int((chosen & y).sum())
    assert (best.selected, best.caught) == (chosen.sum(), caught)
    assert (best.positives, best.n) == (y.sum(), len(y))
    assert best.precision == pytest.approx(caught / chosen.sum())
    assert best.recall == pytest.approx(caught / y.sum())
    assert best.f1 == pytest.approx(2 * caught / (chosen.sum() + y.sum()))
    for value in np.unique(p):
        at = p >= value
        assert 2 * (at & y).sum() / (at.sum() + y.sum()) <= best.f1 + 1e-12


def test_the_threshold_lies_between_scores_and_survives_a_last_bit():
    p = np.array([0.8, 0.8, 0.3, 0.3, 0.1])
    best = f1_threshold(p, np.array([1, 1, 0, 0, 0]))
    assert 0.3 < best.value < 0.8
    assert ((np.nextafter(p, 0) >= best.value) == (p >= best.value)).all()


def test_among_equals_the_one_that_selects_fewer():
    # one of one, or two of four: both give F1 = 2/3
    best = f1_threshold(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 0, 0, 1]))
    assert (best.selected, best.f1) == (1, pytest.approx(2 / 3))


def test_everyone_buys():
    best = f1_threshold(np.full(4, 0.7), np.ones(4))
    assert (best.value, best.f1, best.selected) == (0.0, 1.0, 4)
    assert best.to_dict()["recall"] == 1.0
