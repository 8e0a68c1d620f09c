"""The simple rules: strong opponents, honest ones, learnt on the training rows alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from willbuy.evaluation.rules import (
    ALL_RULES,
    CARTED,
    EVERYONE,
    MODEL,
    RECENCY,
    RuleError,
    evaluate_with_rules,
    fit_rules,
    rules_needed,
)


def shop(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    days = rng.exponential(10, n)
    carts = rng.poisson(0.3, n)
    y = rng.random(n) < 0.3 / (1 + days) + 0.1 * (carts > 0)
    days[rng.random(n) < 0.05] = np.nan
    return pd.DataFrame({"days_since_last_event": days, "count_cart_7d": carts}), y.astype(int)


def test_rules_are_calibrated_on_the_training_rows() -> None:
    rows, y = shop(20_000, 0)
    for fitted in fit_rules(rows, y, (EVERYONE, RECENCY, CARTED)):
        p = fitted.probability(rows)
        assert p.mean() == pytest.approx(y.mean(), rel=0.01)
        assert (p > 0).all() and (p < 1).all()


def test_a_rule_sees_nothing_of_the_test_rows_outcomes() -> None:
    rows, y = shop(2000, 0)
    later, _ = shop(500, 1)
    before = [fitted.probability(later) for fitted in fit_rules(rows, y, (RECENCY, CARTED))]
    shuffled = later.sample(frac=1, random_state=0)
    after = [fitted.probability(shuffled) for fitted in fit_rules(rows, y, (RECENCY, CARTED))]
    for one, other in zip(
        before, after, strict=True
    ):  # one row's probability does not depend on its neighbours
        assert np.array_equal(pd.Series(other, shuffled.index).reindex(later.index).to_numpy(), one)


def test_recency_ranks_by_every_hour_of_it() -> None:
    """Steps of an isotonic fit would be a weaker opponent than the raw order: the raw order is kept."""
    rows, y = shop(5000, 0)
    later, outcome = shop(5000, 1)
    known = later["days_since_last_event"].notna().to_numpy()
    (fitted,) = fit_rules(rows, y, (RECENCY,))
    p, raw = fitted.probability(later)[known], -later["days_since_last_event"].to_numpy()[known]
    assert roc_auc_score(outcome[known], p) == pytest.approx(roc_auc_score(outcome[known], raw), abs=1e-12)
    assert average_precision_score(outcome[known], p) == pytest.approx(
        average_precision_score(outcome[known], raw), abs=1e-12
    )


def test_a_rule_that_points_the_wrong_way_becomes_blind_not_clever() -> None:
    days = np.arange(100.0)
    rows = pd.DataFrame({"days_since_last_event": days})
    (fitted,) = fit_rules(rows, days > 70, (RECENCY,))
    p = fitted.probability(rows)
    assert np.ptp(p) < 1e-6 and (np.diff(p) < 0).all()


def test_everyone_is_one_rate_and_chooses_all() -> None:
    rows, y = shop(1000, 0)
    beside = evaluate_with_rules(
        y,
        np.full(len(y), y.mean()),
        np.arange(len(y)),
        threshold=0.5,
        rows=rows,
        rules=fit_rules(rows, y, (EVERYONE,)),
        draws=100,
    )
    everyone = beside.metrics["everyone"]
    assert everyone["recall"] == 1.0 and everyone["precision"] == pytest.approx(y.mean())
    assert everyone["f1"] == pytest.approx(2 * y.mean() / (1 + y.mean()))
    assert everyone["confusion"]["true_negative"] == everyone["confusion"]["false_negative"] == 0
    assert everyone["roc_auc"]["value"] == 0.5 and everyone["average_precision"]["value"] == pytest.approx(
        y.mean()
    )
    assert set(beside.metrics) == {MODEL, "everyone"}


def test_carted_is_two_rates() -> None:
    rows, y = shop(5000, 0)
    (fitted,) = fit_rules(rows, y, (CARTED,))
    p, carted = fitted.probability(rows), rows["count_cart_7d"].to_numpy() > 0
    for flag in (True, False):
        assert np.unique(p[carted == flag]) == pytest.approx([y[carted == flag].mean()], rel=0.01)
    assert fitted.threshold <= p[carted].min() and fitted.threshold > p[~carted].max()


def test_null_features_get_their_own_rate_and_a_feature_that_is_null_everywhere_the_base_rate() -> None:
    rows, y = shop(5000, 0)
    missing = rows["days_since_last_event"].isna()
    (fitted,) = fit_rules(rows, y, (RECENCY,))
    assert fitted.probability(rows)[missing] == pytest.approx(y[missing].mean(), rel=0.05)
    (empty,) = fit_rules(rows.assign(days_since_last_event=np.nan), y, (RECENCY,))
    assert empty.probability(rows.assign(days_since_last_event=np.nan)) == pytest.approx(y.mean())


def test_a_missing_column_is_named() -> None:
    rows, y = shop(100, 0)
    with pytest.raises(RuleError, match=r"'recency' reads the column 'days_since_last_event'.*rules_needed"):
        fit_rules(rows.drop(columns="days_since_last_event"), y, (RECENCY,))


def test_the_rules_of_each_kind_of_log() -> None:
    assert [rule.name for rule in rules_needed({"view", "purchase"}, "horizon")] == ["everyone", "recency"]
    bought = rules_needed({"purchase", "other"}, "horizon")
    assert [rule.name for rule in bought] == ["everyone", "recency", "purchase_recency"]
    assert [rule.name for rule in rules_needed({"purchase"}, "horizon")] == ["everyone", "recency"]
    assert [rule.name for rule in rules_needed({"view", "cart"}, "session")] == [
        "everyone",
        "carted_in_session",
    ]
    assert [rule.name for rule in rules_needed({"view"}, "session")] == ["everyone"]
    assert len({rule.name for rule in ALL_RULES}) == len(ALL_RULES)
