"""Weights and sampling leave the scores where the base rate is, for every family; without the correction they would not."""

from dataclasses import replace

import numpy as np
import pytest
import xgboost

from willbuy.models.candidates import ForestCandidate, LogisticCandidate, Reweighted, XGBoostCandidate
from willbuy.models.candidates.raised import raised

FAMILIES = (
    LogisticCandidate(strength=0.1),
    ForestCandidate(trees=30, threads=1),
    XGBoostCandidate(rounds=30, threads=1),
)
OPTIONS = {
    "balanced": {"class_weight": "balanced"},
    "ten": {"class_weight": 10.0},
    "five each": {"negatives_per_positive": 5},
    "both": {"class_weight": 3.0, "negatives_per_positive": 2},
}
by_family = pytest.mark.parametrize("candidate", FAMILIES, ids=lambda c: c.name)


def probability(log_odds):
    return 1 / (1 + np.exp(-log_odds))


@pytest.fixture(scope="module", params=[-3.95, -7.4], ids=["8 %", "1 %"])
def shop(request, more_rows):
    """Rows to fit on and rows to check on."""
    n = 12_000 if request.param > -5 else 40_000
    return more_rows(n, seed=31, base=request.param), more_rows(2 * n, seed=32, base=request.param)


def test_the_base_rates_are_what_the_names_say(shop):
    assert min(abs(part.y.mean() - rate) / rate for part in shop for rate in (0.08, 0.01)) < 0.1


@by_family
@pytest.mark.parametrize("option", OPTIONS)
def test_what_leaves_is_at_the_base_rate_before_calibration(shop, candidate, option):
    fitted, new = shop
    scorer = Reweighted(candidate, **OPTIONS[option]).fit(fitted.X, fitted.y, 1, fitted.names, fitted.groups)
    assert 0.9 < probability(scorer.log_odds(new.X)).mean() / new.y.mean() < 1.1


@by_family
def test_without_the_correction_it_is_several_times_too_high(shop, candidate):
    fitted, new = shop
    rate = fitted.y.mean()
    weight = (1 - rate) / rate
    scorer = candidate.fit(fitted.X, fitted.y, 1, fitted.names, fitted.groups, weight)
    assert probability(scorer.log_odds(new.X)).mean() / new.y.mean() > 3


def test_sampled_rows_and_the_formula(more_rows):
    """Sampling the log-odds of the formula p = b p' / (b p' - p' + 1) is the same as adding log b."""
    rows = more_rows(20_000, seed=41, base=-4.0)
    wrapped = Reweighted(LogisticCandidate(strength=0.1), negatives_per_positive=5)
    kept, share = wrapped._kept(rows.y, 1)
    assert rows.y[kept].mean() == pytest.approx(1 / 6, abs=0.001)
    assert rows.y[kept].sum() == rows.y.sum()
    assert share == pytest.approx((len(kept) - rows.y.sum()) / (rows.y == 0).sum())
    sampled = LogisticCandidate(strength=0.1).fit(rows.X[kept], rows.y[kept], 1, rows.names)
    p = probability(sampled.log_odds(rows.X))
    corrected = share * p / (share * p - p + 1)
    ours = probability(raised(sampled, np.log(share)).log_odds(rows.X))
    np.testing.assert_allclose(ours, corrected, rtol=1e-9)
    # what the wrapper adds to that is small: the logistic fits
    left = wrapped.fit(rows.X, rows.y, 1, rows.names).intercept - raised(sampled, np.log(share)).intercept
    assert abs(left) < 0.1


@by_family
def test_arrays_and_the_library_agree_after_the_correction(rows, candidate):
    plain = candidate.fit(rows.X, rows.y, 1, rows.names, rows.groups)
    lower = raised(plain, -2.3)
    np.testing.assert_allclose(lower.log_odds(rows.X), plain.log_odds(rows.X) - 2.3, atol=1e-5)
    assert raised(plain, 0) is plain
    if candidate.name == "xgboost":
        booster = xgboost.Booster(model_file=bytearray(lower.native))
        theirs = booster.inplace_predict(rows.X.astype(np.float32), predict_type="margin")
        assert lower.log_odds(rows.X).tolist() == theirs.astype(np.float64).tolist()


@by_family
def test_a_reweighted_candidate_makes_a_bundle(rows, candidate, tmp_path):
    from models.conftest import train
    from willbuy.models.bundle import load_bundle

    wrapped = Reweighted(candidate, class_weight="balanced", negatives_per_positive=5)
    made = train(rows, wrapped)
    found = load_bundle(tmp_path / "bundle", made.write(tmp_path / "bundle"))
    assert found.in_bulk(threads=1).log_odds(rows.X[:50]) == pytest.approx(
        made.scorer.log_odds(rows.X[:50]), abs=1e-6
    )
    again = wrapped.fit(rows.X, rows.y, 5, rows.names, rows.groups)
    assert again.log_odds(rows.X).tolist() == made.scorer.log_odds(rows.X).tolist()


def test_settings_name_the_options_and_those_of_the_family():
    wrapped = Reweighted(LogisticCandidate(), negatives_per_positive=5)
    assert wrapped.settings()["negatives_per_positive"] == 5
    assert wrapped.with_settings(strength=0.5).settings()["strength"] == 0.5
    assert wrapped.name == "logistic"


def test_rounds_are_decided_under_the_weight(more_rows):
    """Early stopping looks at the weighted loss: on the plain one, weighted trees would stop at once."""
    rows = more_rows(5000, seed=51, base=-4.0)
    candidate = XGBoostCandidate(threads=1, most_rounds=80, patience=10)
    tuned = Reweighted(candidate, class_weight="balanced").tune(rows.X, rows.y, 1, rows.groups)
    assert tuned.candidate.rounds > 5
    assert tuned.settings()["rounds"] == tuned.candidate.rounds
    assert replace(tuned).hold_out(rows.X, rows.y, 1, rows.groups, rows.groups % 2).shape == (5000,)
