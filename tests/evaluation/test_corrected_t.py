"""The corrected paired t-test: against the formula with SciPy's plain test, and what it is for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from willbuy.evaluation.corrected_t import corrected_t
from willbuy.evaluation.over_folds import apart_words, over_folds

gaps = st.lists(st.floats(-1, 1), min_size=2, max_size=20).filter(lambda of: np.std(of) > 1e-6)


@given(gaps)
def test_without_the_correction_it_is_the_plain_paired_test(differences):
    found, plain = corrected_t(differences, 0.0), ttest_1samp(differences, 0.0)
    assert found.t == pytest.approx(plain.statistic, rel=1e-6, abs=1e-9)
    assert found.p == pytest.approx(plain.pvalue, rel=1e-6, abs=1e-9)
    bounds = plain.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=1e-6, abs=1e-9)


@given(gaps, st.floats(0.01, 1))
def test_the_correction_never_finds_more(differences, held):
    plain, corrected = corrected_t(differences, 0.0), corrected_t(differences, held)
    assert corrected.p >= plain.p
    assert corrected.low <= plain.low <= corrected.mean <= plain.high <= corrected.high
    assert (corrected.p < 0.05) == (not corrected.low <= 0 <= corrected.high)


def test_folds_that_share_rows_fool_the_plain_test_more_often():
    """Two learners that are equally good: the plain test says "different" far more than one time in twenty."""
    plain, corrected, tries = 0, 0, 400
    for seed in range(tries):
        random = np.random.default_rng(seed)
        # Repeated folds of 60 rows: the gap in a fold is that of its own rows and of the rows that both learnt from
        rows = random.normal(size=60)
        found = []
        for _ in range(4):
            held = np.array_split(random.permutation(60), 5)
            found += [float(rows[part].mean()) for part in held]
        plain += corrected_t(found, 0.0).p < 0.05
        corrected += corrected_t(found, 1 / 4).p < 0.05
    assert plain / tries > 0.2
    assert corrected / tries < 0.6 * plain / tries


@pytest.mark.parametrize(("differences", "p"), [([0.1, 0.1, 0.1], 0.0), ([0.0, 0.0], 1.0)])
def test_differences_without_a_spread(differences, p):
    found = corrected_t(differences, 0.25)
    assert (found.p, found.t) == (p, None)
    assert found.low == found.high == found.mean


def test_one_fold_has_no_p_and_none_is_refused():
    assert corrected_t([0.3], 0.25) == corrected_t([0.3], 1.0)
    with pytest.raises(ValueError, match="at least one difference"):
        corrected_t([], 0.25)


def test_what_the_folds_say_of_each_candidate():
    values = {"forest": [0.50, 0.52, 0.51], "logistic": [0.40, 0.43, 0.41], "xgboost": [0.50, 0.49, 0.54]}
    found = over_folds(values, "forest", metric="average_precision", dealt=5, repeats=1)
    assert "difference" not in found["forest"]
    assert (found["forest"]["folds"], found["forest"]["dealt"]) == (3, 5)
    expected = corrected_t([-0.10, -0.09, -0.10], 1 / 4)
    assert found["logistic"]["difference"]["value"] == pytest.approx(expected.mean)
    assert found["logistic"]["p"] == pytest.approx(expected.p)
    assert apart_words(found["logistic"], "forest") == "worse than forest over 3 folds"
    assert apart_words(found["xgboost"], "forest") == "not told apart from forest by 3 folds"


def test_less_is_better_in_words_for_the_log_loss():
    values = {"a": [0.50, 0.52, 0.51], "b": [0.60, 0.62, 0.615]}
    found = over_folds(values, "a", metric="log_loss", dealt=3, repeats=1)
    assert apart_words(found["b"], "a") == "worse than a over 3 folds"


def test_one_fold_says_that_it_cannot_tell():
    found = over_folds({"a": [0.5], "b": [0.4]}, "a", metric="roc_auc", dealt=5, repeats=1)
    assert (found["b"]["sd"], found["b"]["p"]) == (None, None)
    assert apart_words(found["b"], "a") == "one fold alone cannot tell"
