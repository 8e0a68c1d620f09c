"""A rule of two questions that is the label is found and named; what merely tells much is not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.doctor.case import Case
from willbuy.doctor.rebuilt import rebuilt
from willbuy.doctor.small_rule import small_rules


def flags(seed: int, rows: int = 2000) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    found = {f"flag_{number}": random.binomial(1, 0.4, rows) * 1.0 for number in range(6)}
    return {**found, "seconds": random.gamma(2, 90, rows)}


def test_two_flags_that_together_are_the_label_stop_training() -> None:
    columns = flags(1)
    y = (columns["flag_1"] > 0) & (columns["seconds"] > 200.0)
    y ^= np.random.default_rng(2).random(len(y)) < 0.005
    [found] = rebuilt(Case.of(columns, y))
    assert (found.name, found.grade) == ("reconstruction:flag_1+seconds", "leak")
    assert "flag_1 > 0.5 and seconds > " in found.words or "and flag_1 > 0.5" in found.words
    assert found.proof["rows_right"] >= 0.99 * len(y) and found.proof["recall"] > 0.9


def test_a_rule_of_half_the_rows_alone_is_none() -> None:
    columns = flags(3, rows=400)
    columns |= {f"noise_{number}": np.random.default_rng(number).normal(size=400) for number in range(300)}
    assert small_rules(columns, np.random.default_rng(9).random(400) < 0.1) == []


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_strong_columns_are_no_rule(seed: int) -> None:
    columns = flags(seed)
    odds = -3.5 + 3.0 * columns["flag_1"] + 2.0 * columns["flag_2"] + columns["seconds"] / 200
    y = np.random.default_rng(seed + 1).random(2000) < 1 / (1 + np.exp(-odds))
    assert small_rules(columns, y) == []
