"""Candidates: they learn, they survive what shops bring, and the same rows give the same model."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

from willbuy.errors import InputError, NotEnoughData
from willbuy.models.candidates import CANDIDATES, ForestCandidate, LogisticCandidate, XGBoostCandidate
from willbuy.models.scorers import signed_log1p

EVERY = (
    LogisticCandidate(),
    ForestCandidate(trees=60, threads=1),
    XGBoostCandidate(most_rounds=150, threads=1),
)
by_open = pytest.mark.parametrize("candidate", [c for c in EVERY if c.name != "forest"], ids=lambda c: c.name)
by_name = pytest.mark.parametrize("candidate", EVERY, ids=lambda c: c.name)


def test_candidates_are_found_by_name():
    assert {name: kind.name for name, kind in CANDIDATES.items()} == {
        "logistic": "logistic",
        "forest": "forest",
        "xgboost": "xgboost",
    }


@by_name
def test_a_candidate_learns_nearly_what_there_is_to_learn(candidate, more_rows):
    fitted, new = more_rows(12_000, seed=11), more_rows(12_000, seed=12)
    scorer = candidate.fit(fitted.X, fitted.y, 1, fitted.names, fitted.groups)
    scores = scorer.log_odds(new.X)
    assert roc_auc_score(new.y, scores) > roc_auc_score(new.y, new.truth) - 0.05
    # what leaves is near the base rate even before calibration: nothing was resampled or weighted
    p = 1 / (1 + np.exp(-scores))
    assert p.mean() / new.y.mean() == pytest.approx(1, abs=0.1)
    assert log_loss(new.y, p) < log_loss(new.y, np.full(len(p), fitted.y.mean())) - 0.01


@by_open
def test_tuning_decides_once_and_stays_within_the_rows(candidate, rows):
    tuned = candidate.tune(rows.X, rows.y, 1, rows.groups)
    open_settings = {"strength", "rounds"}
    assert {name for name in open_settings if tuned.settings().get(name) is not None} != set()
    assert tuned.tune(rows.X[:10], rows.y[:10], 2) is tuned
    twice = candidate.fit(rows.X, rows.y, 1, rows.names, rows.groups)
    once = tuned.fit(rows.X, rows.y, 1, rows.names)
    assert twice.log_odds(rows.X).tolist() == once.log_odds(rows.X).tolist()


def test_early_stopping_stops_early_on_noise_and_later_on_signal(more_rows):
    rows = more_rows(4000, seed=13)
    candidate = XGBoostCandidate(most_rounds=300, threads=1)
    noise = np.random.default_rng(1).random(4000) < 0.1
    assert candidate.tune(rows.X, noise, 1, rows.groups).rounds < 15
    assert 15 < candidate.tune(rows.X, rows.y, 1, rows.groups).rounds < 300


def test_the_penalty_is_strong_where_there_is_little_to_learn(more_rows):
    random = np.random.default_rng(2)
    X, y = random.normal(size=(300, 30)), random.random(300) < 0.2
    weak, strong = LogisticCandidate(strength=1.0), LogisticCandidate().tune(X, y, 1)
    assert strong.strength < 0.1
    assert (
        np.abs(strong.fit(X, y, 1, list("x" * 30)).weight).sum()
        < np.abs(weak.fit(X, y, 1, list("x" * 30)).weight).sum()
    )


@by_name
def test_constant_and_null_features_do_no_harm(candidate, rows):
    scorer = candidate.fit(rows.X, rows.y, 1, rows.names, rows.groups)
    assert np.isfinite(scorer.log_odds(rows.X)).all()
    # values never seen in training, where training had one value or none, move nothing
    new = rows.X[:200].copy()
    new[:, 5], new[:, 6] = 1e6, -3.0
    if candidate.name == "logistic":
        assert np.abs(scorer.weight[5:]).max() < 1e-9
    np.testing.assert_allclose(scorer.log_odds(new), scorer.log_odds(rows.X[:200]), atol=1e-6)
    nothing = np.full((3, 7), np.nan)
    assert np.isfinite(scorer.log_odds(nothing)).all()


@by_name
@pytest.mark.parametrize("X", [np.ones((60, 2)), np.full((60, 2), np.nan)], ids=["constant", "null"])
def test_features_that_say_nothing_give_the_base_rate(candidate, X):
    y = (np.arange(60) % 5 == 0).astype(np.int8)
    p = 1 / (1 + np.exp(-candidate.fit(X, y, 1, ["a", "b"]).log_odds(X)))
    # each tree of a forest draws its own rows: their mean is the rate within chance
    np.testing.assert_allclose(p, 0.2, rtol=0.1 if candidate.name == "forest" else 1e-3)


@by_name
@pytest.mark.parametrize("buyers", [2, 3, 5])
def test_few_buyers_give_a_cautious_model(candidate, buyers):
    random = np.random.default_rng(3)
    X = random.normal(size=(400, 4))
    y = np.zeros(400, dtype=np.int8)
    y[:buyers] = 1
    p = 1 / (1 + np.exp(-candidate.fit(X, y, 1, list("abcd")).log_odds(X)))
    assert np.isfinite(p).all()
    assert p.mean() == pytest.approx(buyers / 400, rel=0.5)


@by_name
@pytest.mark.parametrize(("y", "counts"), [([0] * 9, "0 of 9"), ([1] * 9, "9 of 9")])
def test_one_outcome_says_how_many(candidate, y, counts):
    with pytest.raises(NotEnoughData, match=counts):
        candidate.fit(np.zeros((9, 1)), np.array(y), 1, ["a"])


@by_open
def test_one_buyer_is_too_few_to_decide_settings_on_folds(candidate):
    """A forest has nothing to decide on folds: it is fitted on one buyer too (the next test)."""
    with pytest.raises(NotEnoughData, match="1 of 9"):
        candidate.fit(np.zeros((9, 1)), np.array([1] + [0] * 8), 1, ["a"])


@by_name
def test_one_buyer_is_fitted_once_the_settings_are_decided(candidate):
    settings = {"logistic": {"strength": 0.1}, "forest": {}, "xgboost": {"rounds": 5}}
    decided = replace(candidate, **settings[candidate.name])
    scorer = decided.fit(np.arange(9.0)[:, None], np.array([0] * 8 + [1]), 1, ["a"])
    assert np.isfinite(scorer.log_odds(np.zeros((1, 1)))).all()


@by_name
def test_shapes_and_infinities_are_refused(candidate, rows):
    with pytest.raises(ValueError, match="2 names for 7 features"):
        candidate.fit(rows.X, rows.y, 1, ["a", "b"])
    bad = rows.X.copy()
    bad[4, 2] = np.inf
    with pytest.raises(InputError, match="money holds an infinite or over-large value"):
        candidate.fit(bad, rows.y, 1, rows.names)


@by_name
def test_rows_and_labels_are_left_alone(candidate, rows):
    X, y = rows.X.copy(), rows.y.copy()
    candidate.fit(X, y, 1, rows.names, rows.groups)
    np.testing.assert_array_equal(X, rows.X)
    np.testing.assert_array_equal(y, rows.y)


def test_the_scaler_knows_the_training_rows_alone(rows):
    scorer = LogisticCandidate(strength=0.1).fit(rows.X, rows.y, 1, rows.names)
    tamed = signed_log1p(rows.X)
    np.testing.assert_allclose(scorer.center[:5], np.nanmean(tamed[:, :5], axis=0), rtol=1e-12)
    np.testing.assert_allclose(scorer.scale[:5], np.nanstd(tamed[:, :5], axis=0), rtol=1e-12)
    assert (scorer.center[6], scorer.scale[5], scorer.scale[6]) == (0.0, 1.0, 1.0)
    # an indicator only where some training rows are null and some are not
    assert (scorer.null_weight != 0).tolist() == [False, False, True, True, False, False, False]


def test_a_logistic_fit_is_scikit_learns(rows):
    from sklearn.linear_model import LogisticRegression

    X = rows.X[:, [0, 1, 4]]
    scorer = LogisticCandidate(strength=0.5).fit(X, rows.y, 1, ["a", "b", "c"])
    tamed = signed_log1p(X)
    standard = (tamed - tamed.mean(axis=0)) / tamed.std(axis=0)
    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(standard, rows.y)
    np.testing.assert_allclose(scorer.log_odds(X), theirs.decision_function(standard), atol=1e-5)


def test_trees_do_not_depend_on_threads(rows):
    one, two, twice = (XGBoostCandidate(rounds=8, threads=threads) for threads in (1, 2, 2))
    first, *others = (c.fit(rows.X, rows.y, 1, rows.names, rows.groups).native for c in (one, two, twice))
    assert others == [first, first]
    assert one.settings() == two.settings()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_logistic_does_not_depend_on_threads(rows, threads):
    X = np.tile(rows.X, (3, 4))  # wide and long enough for BLAS to share the work
    y, names = np.tile(rows.y, 3), ["x"] * X.shape[1]
    with threadpool_limits(limits=threads):
        again = LogisticCandidate(strength=0.1).fit(X, y, 1, names)
    first = LogisticCandidate(strength=0.1).fit(X, y, 1, names)
    for name, array in first.arrays().items():
        assert array.tolist() == again.arrays()[name].tolist()


def test_a_long_fit_says_how_far_it_is(rows, monkeypatch):
    from willbuy.models.candidates import growing

    said = []
    monkeypatch.setattr(growing, "SECONDS", -1.0)
    XGBoostCandidate(rounds=3, threads=1).fit(rows.X, rows.y, 1, rows.names, say=said.append)
    assert said == ["xgboost: 1 of 3 trees", "xgboost: 2 of 3 trees", "xgboost: 3 of 3 trees"]


def test_doubles_are_learnt_from_as_float32(rows):
    candidate = XGBoostCandidate(rounds=5, threads=1)
    singles = rows.X.astype(np.float32).astype(np.float64)
    one, other = (candidate.fit(X, rows.y, 1, rows.names).native for X in (rows.X, singles))
    assert one == other
