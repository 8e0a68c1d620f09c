"""The random forest: scikit-learn's own answers, from flat arrays, whatever the nulls, the threads and the sample."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.errors import BundleError
from willbuy.models.candidates import ForestCandidate
from willbuy.models.candidates.forest_arrays import forest_of, next_above
from willbuy.models.scorers import ForestScorer

SMALL = ForestCandidate(trees=30, threads=1)


def fitted(rows):
    """scikit-learn's forest, and ours of the same trees."""
    model = SMALL._model(3, len(rows.y)).fit(rows.X.astype(np.float32), rows.y)
    trees = forest_of([tree.tree_ for tree in model.estimators_], rows.X.shape[1])
    return model, ForestScorer(forest=trees, floor=0.5 / len(rows.y), shift=0.0)


@pytest.fixture(scope="module")
def pair(rows):
    return fitted(rows)


def edges(model):
    """Every threshold as float32, and its neighbours on both sides."""
    at = np.concatenate([tree.tree_.threshold for tree in model.estimators_])
    at = at[np.isfinite(at) & (at != -2)].astype(np.float32)
    return np.concatenate((at, np.nextafter(at, np.float32(np.inf)), np.nextafter(at, np.float32(-np.inf))))


def test_the_arrays_say_what_scikit_learn_says(pair, rows):
    model, scorer = pair
    random = np.random.default_rng(4)
    drawn = random.choice(edges(model).astype(np.float64), (4000, rows.X.shape[1]))
    drawn[random.random(drawn.shape) < 0.3] = np.nan
    X = np.vstack((rows.X, drawn, np.full((1, rows.X.shape[1]), np.nan)))
    np.testing.assert_allclose(scorer.mean_share(X), model.predict_proba(X)[:, 1], rtol=0, atol=1e-12)


def test_nulls_go_where_the_trees_learnt_to_send_them(pair):
    model, _ = pair
    ways = np.concatenate([tree.tree_.missing_go_to_left for tree in model.estimators_])
    inner = np.concatenate([tree.tree_.children_left for tree in model.estimators_]) != -1
    infinite = np.concatenate([tree.tree_.threshold for tree in model.estimators_]) == np.inf
    # the test above means something: both ways occur, and splits of nulls against all else
    assert {0, 1} == set(ways[inner].tolist())
    assert infinite.any()


@given(t=st.floats(-1e30, 1e30, allow_nan=False), step=st.integers(-3, 3))
def test_at_most_a_double_is_below_the_next_single(t, step):
    x = np.float32(t)
    for _ in range(abs(step)):
        x = np.nextafter(x, np.float32(np.sign(step) * np.inf))
    assert (float(x) <= t) == bool(x < next_above(np.array([t]))[0])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), nulls=st.floats(0, 0.9), bins=st.integers(1, 50))
def test_any_small_forest_carries_over(seed, nulls, bins):
    random = np.random.default_rng(seed)
    X = random.integers(0, bins, (300, 3)) / 7.0
    X[random.random(X.shape) < nulls] = np.nan
    y = (random.random(300) < 0.3).astype(int)
    candidate = replace(SMALL, trees=5, min_leaf=3)
    model = candidate._model(seed, 300).fit(X.astype(np.float32), y)
    ours = candidate.fit(X, y, seed, list("abc"))
    np.testing.assert_allclose(ours.mean_share(X), model.predict_proba(X)[:, 1], rtol=0, atol=1e-12)


def test_a_forest_does_not_depend_on_threads(rows):
    one, two = (
        replace(SMALL, threads=threads).fit(rows.X, rows.y, 1, rows.names, rows.groups) for threads in (1, 2)
    )
    assert {k: v.tolist() for k, v in one.arrays().items()} == {
        k: v.tolist() for k, v in two.arrays().items()
    }
    assert "threads" not in SMALL.settings()


def test_many_rows_are_sampled_by_entities_and_small_arrays_stay_small(rows):
    few = replace(SMALL, rows=1500).fit(rows.X, rows.y, 1, rows.names, rows.groups)
    assert 1 / 1800 < few.floor / 0.5 < 1 / 1200
    deep = replace(SMALL, min_leaf=1, depth=3).fit(rows.X, rows.y, 1, rows.names, rows.groups)
    assert len(deep.forest.left) <= 30 * 15


def test_a_mean_of_nothing_or_all_stays_half_a_row_away():
    stump = {
        "root": [0], "feature": [0, 0, 0], "threshold": [3.0, np.inf, np.inf], "left": [1, 1, 2],
        "null_left": [0, 1, 1], "value": [0.0, 0.0, 1.0], "cover": [2, 1, 1], "n_features": 1,
    }  # fmt: skip
    arrays = {name: np.asarray(value) for name, value in stump.items()}
    stump = ForestScorer.from_arrays({**arrays, "floor": np.array(0.05), "shift": np.array(0.0)})
    expected = np.log(0.05 / 0.95)
    np.testing.assert_allclose(stump.log_odds(np.array([[0.0], [9.0]])), [expected, -expected], rtol=1e-12)
    shifted = ForestScorer(forest=stump.forest, floor=0.05, shift=-1.5)
    np.testing.assert_allclose(shifted.log_odds(np.array([[0.0]])), [expected - 1.5], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("floor", np.array(0.0), "floor"),
        ("floor", np.array(0.7), "floor"),
        ("floor", np.array([0.1]), "floor"),
        ("shift", np.array(np.nan), "shift"),
        ("shift", np.zeros(2), "shift"),
        ("root", np.empty(0, dtype=np.int32), "no tree"),
        ("value", None, "share of buyers"),
    ],
)
def test_a_forest_scorer_refuses_arrays_that_do_not_fit(pair, name, bad, said):
    _, scorer = pair
    good = scorer.arrays()
    bad = good["value"] + 1.5 if bad is None else bad
    with pytest.raises(BundleError, match=said):
        ForestScorer.from_arrays({**good, name: bad})
    with pytest.raises(BundleError, match="expected"):
        ForestScorer.from_arrays({key: value for key, value in good.items() if key != name})
