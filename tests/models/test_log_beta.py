"""log B against its recurrence in exact sums; SciPy's loses nine digits where one parameter is huge."""

from math import fsum, log, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln

from willbuy.models.log_beta import log_beta

SIZES = st.floats(-12, 9).map(lambda power: 2.718281828459045**power)


@given(a=SIZES, b=SIZES)
def test_it_is_scipys_where_that_can_be_trusted(a: float, b: float) -> None:
    assert log_beta(a, b) == pytest.approx(float(betaln(a, b)), rel=1e-10, abs=1e-10)  # its own error
    assert log_beta(a, b) == log_beta(b, a)


@given(a=st.floats(1e-5, 9), base=st.floats(0.5, 9), steps=st.integers(0, 20_000))
def test_it_follows_its_recurrence(a: float, base: float, steps: int) -> None:
    """B(a, b + 1) = B(a, b) b / (a + b), step by step."""
    expected = log_beta(a, base) + fsum(-log1p(a / (base + step)) for step in range(steps))
    assert log_beta(a, base + steps) == pytest.approx(expected, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("b", [0.25, 3.0, 9.9999, 10.0, 1e3, 1e9, 1e15])
def test_with_one_it_is_a_logarithm(b: float) -> None:
    assert log_beta(1.0, b) == pytest.approx(-log(b), rel=1e-14, abs=1e-14)
