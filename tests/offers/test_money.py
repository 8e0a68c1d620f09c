"""The threshold of the greatest profit, against all choices there are; exact money."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rows import ROWS, choices, columns
from willbuy.offers.cuts import Cuts
from willbuy.offers.money import UNITS, Money, analytic, by_money, units


@given(ROWS, st.integers(2, 10_000), st.data())
def test_no_choice_earns_more(rows: list[tuple[int, bool]], margin: int, data: st.DataObject) -> None:
    p, y = columns(rows)
    money = Money(margin, data.draw(st.integers(1, margin - 1)))
    found = by_money(Cuts.of(p, y), money)
    best = max(money.margin * int(y[c].sum()) - money.cost * int(c.sum()) for c in choices(p))
    if best > 0:
        chosen = p >= found.threshold.value
        assert money.margin * y[chosen].sum() - money.cost * chosen.sum() == best and found.note == ""
    else:
        assert found.threshold.value == money.break_even and "no threshold earned its cost" in found.note


def test_where_probabilities_are_true_theory_and_search_agree() -> None:
    rng = np.random.default_rng(1)
    p = rng.beta(1, 9, 200_000)
    cuts = Cuts.of(p, rng.random(200_000) < p)
    money = Money.of(margin=10, cost_per_contact=2)
    searched, theory = by_money(cuts, money).threshold, analytic(cuts, money).threshold
    assert theory.value == 0.2 and searched.value == pytest.approx(0.2, abs=0.02)
    earned = [money.earned(one.caught, one.selected) for one in (searched, theory)]
    assert earned[0] >= earned[1] >= 0.98 * earned[0]


@pytest.mark.parametrize("value", [0.1, 0.7, 12.34, 0.0001, 1_000_000.0, 29.99, 1.1])
def test_amounts_are_counted_in_whole_numbers(value: float) -> None:
    assert units(value) == round(value * UNITS) and units(value) / UNITS == value


def test_a_sum_of_cents_is_exact() -> None:
    money = Money.of(margin=0.3, cost_per_contact=0.1)
    assert money.earned(caught=1, selected=3) == 0.0  # 0.3 - 3 x 0.1 is not 0 in floating point
    assert 0.3 - 3 * 0.1 != 0.0


def test_the_largest_amounts_do_not_overflow() -> None:
    money = Money.of(margin=1_000_000, cost_per_contact=0.0001)
    assert money.earned(caught=100_000_000, selected=100_000_000) == pytest.approx(1e14)
