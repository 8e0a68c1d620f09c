"""Scorers: what they mean, one row as many, and their arrays."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from willbuy.errors import BundleError
from willbuy.models.scorers import LogisticScorer, TreesScorer, scorer_from_arrays, signed_log1p

ANY_FLOAT32 = st.one_of(st.just(np.nan), st.floats(width=32, allow_nan=False, allow_infinity=False))


def test_one_row_gives_the_same_bits_as_the_row_among_many(trained):
    X = trained.rows.X[:700]
    together = trained.scorer.log_odds(X)
    assert [trained.scorer.log_odds(X[i : i + 1])[0] for i in range(len(X))] == together.tolist()
    assert trained.scorer.log_odds(X[::-1]).tolist() == together[::-1].tolist()
    assert trained.scorer.log_odds(np.asfortranarray(X)).tolist() == together.tolist()


@given(data=st.data())
def test_any_row_alone_equals_itself_among_others(logistic, forest, boosted, data):
    X = data.draw(arrays(np.float64, st.tuples(st.integers(2, 9), st.just(7)), elements=ANY_FLOAT32))
    for scorer in (logistic.scorer, forest.scorer, boosted.scorer):
        together = scorer.log_odds(X)
        assert np.isfinite(together).all()
        assert [scorer.log_odds(X[i : i + 1])[0] for i in range(len(X))] == together.tolist()


def test_no_rows_give_no_scores(trained):
    assert trained.scorer.log_odds(np.empty((0, 7))).shape == (0,)


def test_scores_do_not_change_the_rows(trained):
    X = trained.rows.X[:50].copy()
    trained.scorer.log_odds(X)
    np.testing.assert_array_equal(X, trained.rows.X[:50])


def test_arrays_make_the_same_scorer_anew(trained):
    again = scorer_from_arrays(trained.scorer.family, trained.scorer.arrays())
    assert again.log_odds(trained.rows.X).tolist() == trained.scorer.log_odds(trained.rows.X).tolist()


@pytest.mark.parametrize("name", ["center", "scale", "weight", "null_weight", "null_share", "intercept"])
def test_a_logistic_scorer_refuses_arrays_that_do_not_fit(logistic, name):
    good = logistic.scorer.arrays()
    for bad in (np.array([np.nan]), np.full(7, np.inf), np.zeros((2, 7))):
        with pytest.raises(BundleError, match="logistic scorer"):
            LogisticScorer.from_arrays({**good, name: bad})
    with pytest.raises(BundleError, match="expected"):
        LogisticScorer.from_arrays({key: value for key, value in good.items() if key != name})


def test_a_logistic_score_by_hand():
    scorer = LogisticScorer(
        center=[1.0, 0.0],
        scale=[2.0, 1.0],
        weight=[3.0, -1.0],
        null_weight=[0.25, 0.0],
        null_share=[0.5, 0.0],
        intercept=0.5,
    )
    X = np.array([[np.e**2 - 1, 0.0], [np.nan, np.e - 1], [np.nan, np.nan]])
    np.testing.assert_allclose(scorer.log_odds(X), [0.5 + 1.5, 0.5 + 0.25 - 1.0, 0.75], rtol=1e-15)


def test_signed_log1p_is_odd_and_keeps_order():
    x = np.array([-1e300, -5.0, -0.0, 0.0, 5.0, 1e300])
    assert (signed_log1p(-x) == -signed_log1p(x)).all()
    assert (np.diff(signed_log1p(x)) >= 0).all()


def test_trees_agree_with_xgboost_bit_for_bit(boosted):
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(boosted.scorer.native))
    random = np.random.default_rng(3)
    X = np.vstack((boosted.rows.X, random.choice(boosted.rows.X.ravel(), (3000, 7))))
    # values exactly at a threshold, and their neighbours in float32, are where a wrong comparison shows
    at = boosted.scorer.forest.threshold[np.isfinite(boosted.scorer.forest.threshold)]
    edges = np.concatenate((at, np.nextafter(at, np.float32(np.inf)), np.nextafter(at, np.float32(-np.inf))))
    X = np.vstack((X, random.choice(edges.astype(np.float64), (3000, 7))))
    theirs = booster.inplace_predict(X.astype(np.float32), predict_type="margin")
    assert boosted.scorer.log_odds(X).tolist() == theirs.astype(np.float64).tolist()


def test_doubles_are_compared_as_float32_like_xgboost(boosted):
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(boosted.scorer.native))
    just_below = boosted.rows.X[:2000] * (1 - 1e-12)
    theirs = booster.inplace_predict(just_below, predict_type="margin")
    assert boosted.scorer.log_odds(just_below).tolist() == theirs.astype(np.float64).tolist()


def test_many_rows_are_scored_in_bounded_memory(trained):
    X = np.tile(trained.rows.X, (20, 1))
    trained.scorer.log_odds(X[:10])
    tracemalloc.start()
    try:
        trained.scorer.log_odds(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(X) * 12 + 15e6  # the sums as float32 and float64, and the chunk's work space


@pytest.mark.gate
def test_one_row_of_500_trees_takes_microseconds(rows):
    from willbuy.models.candidates import XGBoostCandidate

    scorer = XGBoostCandidate(rounds=500, threads=1).fit(rows.X, rows.y, 1, rows.names)
    row = rows.X[:1].copy()
    best = min(_seconds(scorer, row) for _ in range(20))
    assert best < 200e-6  # 22 us on a quiet machine


def _seconds(scorer: TreesScorer, row: np.ndarray) -> float:
    start = time.perf_counter()
    for _ in range(50):
        scorer.log_odds(row)
    return (time.perf_counter() - start) / 50


def test_an_unknown_family_is_refused():
    with pytest.raises(BundleError, match="no scorer family 'oracle'; this version knows"):
        scorer_from_arrays("oracle", {})
