"""The simple rules: strong opponents, honest ones, learnt on the training rows alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from willbuy.evaluation.buying_rate import BuyingRate
from willbuy.evaluation.rules import (
    ALL_RULES,
    BGNBD,
    CARTED,
    EVERYONE,
    MODEL,
    NO_ONE,
    RECENCY,
    RuleError,
    buying_rate,
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


def names(kinds: set[str], task: str, **more: object) -> list[str]:
    return [rule.name for rule in rules_needed(kinds, task, **more)]  # type: ignore[arg-type]


def test_the_rules_of_each_kind_of_log() -> None:
    always = ["everyone", "no_one"]
    assert names({"view", "purchase"}, "horizon") == [*always, "recency", "buying_rate"]
    assert names({"purchase", "other"}, "horizon") == [*always, "recency", "purchase_recency", "buying_rate"]
    assert names({"purchase"}, "horizon", bgnbd=True) == [*always, "recency", "buying_rate", "bgnbd"]
    assert names({"view", "cart"}, "session") == [*always, "carted_in_session", "buying_rate"]
    assert names({"view"}, "session") == [*always, "buying_rate"]
    assert len({rule.name for rule in ALL_RULES}) == len(ALL_RULES)


def test_no_one_chooses_nobody() -> None:
    rows, y = shop(1000, 0)
    fitted = fit_rules(rows, y, (NO_ONE,))
    found = evaluate_with_rules(
        y, np.full(len(y), y.mean()), np.arange(len(y)), threshold=0.5, rows=rows, rules=fitted, draws=100
    ).metrics["no_one"]
    assert found["recall"] == 0.0 and found["precision"] is None
    assert found["confusion"]["true_negative"] == len(y) - y.sum()


def test_the_buying_rate_ranks_by_purchases_per_day_known() -> None:
    rng = np.random.default_rng(3)
    rate, days = rng.gamma(0.5, 0.02, 20_000), rng.uniform(5, 300, 20_000)
    rows = pd.DataFrame({"count_purchase": rng.poisson(rate * days), "days_since_first_event": days})
    y = rng.random(20_000) < 1 - np.exp(-7 * rate)
    (fitted,) = fit_rules(rows, y, (buying_rate(),))
    p = fitted.probability(rows)
    own = fitted.own.of(rows["count_purchase"].to_numpy(float), days)  # type: ignore[union-attr]
    assert (np.diff(p[np.argsort(own, kind="stable")]) >= 0).all()
    assert p.mean() == pytest.approx(y.mean(), rel=0.01)
    count_alone = roc_auc_score(y, rows["count_purchase"])
    assert roc_auc_score(y, p) > max(count_alone, 0.7)


def test_a_new_entity_has_the_shops_rate_and_a_null_its_own() -> None:
    rows = pd.DataFrame(
        {"count_purchase": [0.0, 2.0, 0.0, 0.0], "days_since_first_event": [0.0, 100.0, 100.0, np.nan]}
    )
    learnt = BuyingRate.learn(rows["count_purchase"].to_numpy(), rows["days_since_first_event"].to_numpy())
    found = learnt.of(rows["count_purchase"].to_numpy(), rows["days_since_first_event"].to_numpy())
    assert learnt.rate == 0.01 and found[0] == learnt.rate
    assert found[1] > found[0] > found[2] and np.isnan(found[3])
    (fitted,) = fit_rules(rows, [0, 1, 0, 0], (buying_rate(),))
    assert np.isfinite(fitted.probability(rows)).all()


def test_nothing_known_of_anybody_is_one_rate() -> None:
    rows = pd.DataFrame({"count_purchase": [0.0] * 4, "days_since_first_event": [np.nan] * 4})
    (fitted,) = fit_rules(rows, [0, 1, 0, 0], (buying_rate(),))
    assert fitted.probability(rows) == pytest.approx([0.25] * 4)


def test_bgnbd_ranks_by_expected_purchases() -> None:
    rows = pd.DataFrame({"expected_purchases": [0.1, 0.5, 0.2, np.nan] * 50})
    y = np.array([0, 1, 0, 0] * 50)
    (fitted,) = fit_rules(rows, y, (BGNBD,))
    p = fitted.probability(rows)[:4]
    assert p[1] > p[2] > p[0] and p[3] < 0.01
