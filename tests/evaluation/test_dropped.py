"""The drop from cross-validation to later rows, in words."""

import numpy as np
import pytest

from willbuy.evaluation.dropped import dropped
from willbuy.evaluation.evaluate import evaluate
from willbuy.evaluation.result.metrics import Metrics


def figures(skill: float, rate: float, n: int = 2000, seed: int = 1) -> Metrics:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    log_odds = np.log(rate / (1 - rate)) + skill * x
    p = 1 / (1 + np.exp(-log_odds))
    return evaluate((rng.random(n) < p).astype(int), p, np.arange(n), 0.5, draws=200)


def test_a_drop_is_named_with_its_interval_and_both_base_rates() -> None:
    inner, outer = figures(2.5, 0.1), figures(0.7, 0.3, seed=2)
    said = dropped(inner, outer, "Feb to Oct", "Nov and Dec")
    assert said.startswith("Trained on Feb to Oct, tested on Nov and Dec: ROC-AUC 0.")
    assert "a drop of 0." in said and "more than chance" in said
    assert "average precision moves with it" in said


def test_a_gain_and_a_difference_within_chance() -> None:
    assert "a gain of 0." in dropped(figures(0.7, 0.2), figures(2.5, 0.2, seed=2), "a", "b")
    same = dropped(figures(1.0, 0.2), figures(1.0, 0.2, seed=3), "a", "b")
    assert "within chance" in same and "moves with it" not in same


@pytest.mark.parametrize("side", [0, 1])
def test_nothing_is_said_where_one_side_has_one_outcome(side: int) -> None:
    alone = evaluate([0, 0, 0], [0.1, 0.2, 0.3], range(3), 0.5, draws=100)
    pair = [figures(1.0, 0.2), figures(1.0, 0.2)]
    pair[side] = alone
    assert dropped(*pair, "a", "b") == ""
