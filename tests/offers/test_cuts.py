"""Cuts: every choice that a threshold can make, once, and none that a last bit could change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rows import ROWS, choices, columns
from willbuy.errors import NotEnoughData
from willbuy.offers.cuts import Cuts


@given(ROWS)
def test_each_cut_does_what_it_says(rows: list[tuple[int, bool]]) -> None:
    p, y = columns(rows)
    cuts = Cuts.of(p, y)
    assert len(cuts.value) == len(choices(p))
    for number in range(len(cuts.value)):
        found = cuts.at(number)
        chosen = p >= found.value
        assert (found.selected, found.caught) == (chosen.sum(), (chosen & y).sum())
        assert (found.n, found.positives) == (len(p), y.sum())
    assert cuts.value[-1] == 0.0 and (np.diff(cuts.value) < 0).all()


@given(ROWS, st.floats(0, 1))
def test_any_probability_can_be_the_threshold(rows: list[tuple[int, bool]], value: float) -> None:
    p, y = columns(rows)
    found = Cuts.of(p, y).above(value)
    assert (found.selected, found.caught) == ((p >= value).sum(), (y & (p >= value)).sum())
    assert found.precision is None if not found.selected else found.precision == found.caught / found.selected


def test_scores_a_last_bit_apart_are_still_cut() -> None:
    p = np.array([0.5, np.nextafter(0.5, 0)])
    cuts = Cuts.of(p, np.array([1, 0]))
    assert [int((p >= value).sum()) for value in cuts.value] == [1, 2]


def test_without_a_buyer_there_is_nothing_to_choose() -> None:
    with pytest.raises(NotEnoughData, match="none of 3 rows buys"):
        Cuts.of(np.array([0.1, 0.2, 0.3]), np.zeros(3))
