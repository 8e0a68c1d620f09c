"""The words follow from the figures."""

import numpy as np
import pytest

from willbuy.evaluation.evaluate import SideBySide, side_by_side
from willbuy.evaluation.result.verdict import Verdict
from willbuy.evaluation.verdict import verdict


def shop(n: int, base: float, skill: float, rule_skill: float, seed: int = 0) -> SideBySide:
    """A model and a rule that both see a part of the truth."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1.5, n)
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    truth = 1 / (1 + np.exp(-(logit(base) + z)))
    y = rng.random(n) < truth
    scores = {
        name: 1 / (1 + np.exp(-(logit(base) + skill * z + (1 - skill) * rng.normal(0, 1.5, n))))
        for name, skill in (("model", skill), ("recency", rule_skill))
    }
    return side_by_side(y, scores, np.arange(n), {"model": 0.3, "recency": 0.3}, draws=150)


def say(beside: SideBySide, **more: object) -> Verdict:
    rules = {name: metrics for name, metrics in beside.metrics.items() if name != "model"}
    return verdict(beside.metrics["model"], rules, beside.differences("model"), **more)  # type: ignore[arg-type]


def test_a_better_model_is_to_be_used() -> None:
    found = say(shop(20_000, 0.1, 1.0, 0.2), rule_words={"recency": "who was here last comes first"})
    assert found["kind"] == "use" and found["headline"] == "Use it."
    assert "who was here last" in " ".join(found["sentences"]) and found["rule"] == "recency"
    assert found["difference"] and found["difference"]["low"] > 0


def test_a_slightly_better_model_is_barely_better() -> None:
    beside = shop(20_000, 0.2, 1.0, 0.2)
    for name in ("value", "low", "high"):
        beside.metrics["recency"]["average_precision"][name] = (
            beside.metrics["model"]["average_precision"]["value"] - 0.005
        )
    differences = {"recency": {"average_precision": {"value": 0.005, "low": 0.001, "high": 0.009}}}
    found = verdict(beside.metrics["model"], {"recency": beside.metrics["recency"]}, differences)
    assert found["kind"] == "barely" and found["headline"].startswith("Barely better than the rule “recency”")


def test_an_equal_model_is_no_better_and_a_worse_one_is_worse() -> None:
    assert say(shop(30_000, 0.2, 0.6, 0.6))["kind"] == "no_better"
    assert say(shop(30_000, 0.2, 0.2, 1.0))["kind"] == "worse"


def test_log_loss_is_better_when_less() -> None:
    assert say(shop(20_000, 0.1, 1.0, 0.2), metric="log_loss")["kind"] == "use"
    assert say(shop(20_000, 0.1, 0.2, 1.0), metric="log_loss")["kind"] == "worse"
    found = say(shop(20_000, 0.1, 1.0, 0.2), metric="log_loss")
    assert "an improvement of +" in found["sentences"][0]


@pytest.mark.parametrize(("n", "buyers"), [(400, "buyers give an interval of ±"), (30, "Wait for about")])
def test_few_buyers_say_how_many_more(n: int, buyers: str) -> None:
    found = say(shop(n, 0.05, 0.5, 0.5, seed=2))
    assert found["kind"] == "not_enough_data" and buyers in found["headline"]
    assert "more." in found["headline"]


def test_no_buyer_at_all_has_words_too() -> None:
    beside = side_by_side(
        [0] * 50, {"model": [0.1] * 50, "everyone": [0.1] * 50}, range(50), {"model": 0.5, "everyone": 0.1}
    )
    found = say(beside)
    assert found["kind"] == "not_enough_data"
    assert (
        found["headline"]
        == "Not enough data: 0 buyers among 50 rows give no interval at all. Wait for about 20 more."
    )


def test_a_shift_of_the_base_rate_is_said_with_both_rates() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(0.1, 0.3, 5000)
    y = rng.random(5000) < 1.6 * p
    beside = side_by_side(
        y,
        {"model": p, "everyone": np.full(5000, 0.2)},
        range(5000),
        {"model": 0.2, "everyone": 0.2},
        draws=200,
    )
    text = " ".join(say(beside, train_base_rate=0.2)["sentences"])
    assert "too low" in text and "shifted from 20.0 % in training to 3" in text
    assert "does not explain it" in " ".join(say(beside, train_base_rate=0.5)["sentences"])
    assert say(beside)["headline"] == "Use it to rank; its probabilities are off."
    steady = side_by_side(
        rng.random(5000) < p,
        {"model": p, "everyone": np.full(5000, 0.2)},
        range(5000),
        {"model": 0.2, "everyone": 0.2},
        draws=200,
    )
    assert "shifted" not in " ".join(say(steady, train_base_rate=0.2)["sentences"])


def test_every_rule_must_be_beaten_not_only_the_one_with_the_best_value() -> None:
    beside = shop(20_000, 0.1, 1.0, 0.2)
    differences = {
        "recency": {"average_precision": {"value": 0.05, "low": 0.04, "high": 0.06}},
        "carted_7d": {"average_precision": {"value": 0.06, "low": -0.01, "high": 0.13}},
    }
    rules = {"recency": beside.metrics["recency"], "carted_7d": beside.metrics["recency"]}
    found = verdict(beside.metrics["model"], rules, differences)
    assert found["rule"] == "carted_7d" and found["kind"] != "use"


def test_a_split_that_is_not_in_time_is_said_first() -> None:
    note = "These figures are about other visitors of the same days, not about the future."
    found = say(shop(5000, 0.1, 1.0, 0.2), split_note=note)
    assert found["sentences"][0] == note and found["kind"] == "use"
    assert found["headline"] == "Better than every simple rule, but not tested on the future."


def test_a_buyer_with_many_rows_is_one_buyer() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(100), 30)
    y = (groups < 12).astype(int)
    p = np.clip(0.12 + 0.5 * (y - 0.12) * rng.random(3000), 0, 1)
    beside = side_by_side(
        y, {"model": p, "everyone": np.full(3000, 0.12)}, groups, {"model": 0.3, "everyone": 0.1}, draws=200
    )
    found = say(beside)
    assert beside.metrics["model"]["positives"] == 360 and beside.metrics["model"]["buyers"] == 12
    assert found["kind"] == "not_enough_data" and found["headline"].startswith("Not enough data: 12 buyers")
