"""Figures of parts: the gap between two, and its words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from willbuy.evaluation.evaluate import evaluate
from willbuy.evaluation.figures import COMPARED, figures_of, gap, spread
from willbuy.evaluation.result.metrics import Estimate, Figures
from willbuy.evaluation.shuffled_words import in_words

values = st.floats(0.01, 1.0)


def part(skill: float, base: float, seed: int, n: int = 4000) -> Figures:
    """Figures of calibrated scores on n visitors; `skill` 0 is blind."""
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-(np.log(base / (1 - base)) + skill * rng.normal(size=n))))
    return figures_of(evaluate(rng.random(n) < p, p, np.arange(n), 0.5, draws=200, seed=seed))


@given(values, values, values, values)
def test_the_gap_holds_the_difference_and_turns_with_its_sides(
    a: float, b: float, c: float, d: float
) -> None:
    one = Estimate(value=a, low=a - b / 10, high=a + c / 10)
    other = Estimate(value=d, low=d - c / 10, high=d + b / 10)
    found, back = gap(one, other), gap(other, one)
    assert found["low"] <= found["value"] <= found["high"]
    assert np.isclose(found["low"], -back["high"]) and np.isclose(found["high"], -back["low"])
    nothing = Estimate(value=d, low=None, high=None)
    assert gap(one, nothing)["low"] is None and gap(one, nothing)["value"] is not None


def test_the_worst_of_each_metric_is_the_bad_end() -> None:
    assert spread([0.2, 0.3], "log_loss")["worst"] == 0.3
    assert spread([0.2, 0.3], "roc_auc")["worst"] == 0.2
    assert (
        spread([0.5, 1.9], "predicted_over_actual")["worst"] == 0.5
    )  # half as many is worse than not quite twice


def test_times_blind_is_average_precision_over_the_base_rate_with_its_own_draws() -> None:
    found = part(1.5, 0.05, seed=1)
    times, average = found["average_precision_over_base"], found["average_precision"]
    assert np.isclose(times["value"], average["value"] / found["base_rate"])
    apart = (average["high"] - average["low"]) / found["base_rate"]
    assert 0 < times["high"] - times["low"] < 1.2 * apart


def test_the_words_say_what_the_interval_says() -> None:
    strong, weak, other = part(2.5, 0.05, 1), part(0.5, 0.05, 2), part(2.5, 0.05, 3)
    too_much = in_words(strong, weak, "average_precision", future=True)
    assert "would have promised an average precision" in too_much and "the future held" in too_much
    assert "promised too much" in too_much
    assert "within chance" in in_words(strong, other, "average_precision", future=True)
    assert "stricter" in in_words(weak, strong, "average_precision", future=True)
    low: Figures = {**weak, "log_loss": Estimate(value=0.1, low=0.09, high=0.11)}
    high: Figures = {**weak, "log_loss": Estimate(value=0.2, low=0.19, high=0.21)}
    assert "promised too much" in in_words(low, high, "log_loss", future=True)
    assert "stricter" in in_words(high, low, "log_loss", future=True)
    assert "had never seen gave" in in_words(strong, weak, "roc_auc", future=False)


def test_base_rates_that_differ_are_named() -> None:
    words = in_words(part(2.0, 0.1, 1), part(2.0, 0.05, 2), "average_precision", future=True)
    assert "Some of it is the base rate" in words and "by ROC-AUC" in words
    assert "base rate" not in in_words(part(2.0, 0.1, 1), part(2.0, 0.05, 2), "roc_auc", future=True)


def test_what_is_compared_is_there() -> None:
    assert set(COMPARED) <= part(1.0, 0.2, 4).keys()
