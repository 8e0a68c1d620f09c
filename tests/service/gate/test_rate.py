"""A8: the limit of a key holds within 5 %, and another key does not notice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.service.gate.rate import Rate


def passed(rate: Rate, now: list[float], gaps: list[float]) -> int:
    """How many requests pass that come with such gaps."""
    number = 0
    for gap in gaps:
        now[0] += gap
        number += rate.wait("ann") == 0.0
    return number


@pytest.mark.parametrize("per_minute", [60, 600, 60_000])
@pytest.mark.parametrize("pressure", [1.5, 5.0, 50.0])
def test_a_key_that_asks_too_often_gets_its_share(per_minute: int, pressure: float) -> None:
    """A8: within 5 % over a minute, however hard it asks."""
    now = [1000.0]
    gap = 60 / per_minute / pressure
    got = passed(Rate(per_minute, lambda: now[0]), now, [gap] * int(per_minute * pressure))
    assert 0.95 * per_minute <= got <= 1.05 * per_minute


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200), st.integers(1, 6000))
def test_never_more_than_its_share_over_any_span(gaps: list[float], per_minute: int) -> None:
    """A8: at most the share of the time that went by and what may be saved up."""
    now = [0.0]
    got = passed(Rate(per_minute, lambda: now[0]), now, gaps)
    assert got <= per_minute * sum(gaps[1:]) / 60 + max(1, per_minute / 40) + 1e-6


@given(st.lists(st.floats(0, 2), max_size=100), st.integers(1, 6000))
def test_after_the_wait_that_it_says_a_request_passes(gaps: list[float], per_minute: int) -> None:
    now = [0.0]
    rate = Rate(per_minute, lambda: now[0])
    for gap in gaps:
        now[0] += gap
        wait = rate.wait("ann")
        if wait:
            now[0] += wait + 1e-6
            assert rate.wait("ann") == 0.0


def test_keys_do_not_share() -> None:
    """A8: another key is unaffected."""
    rate = Rate(60, lambda: 5.0)
    while rate.wait("ann") == 0.0:
        pass
    assert rate.wait("bob") == 0.0
