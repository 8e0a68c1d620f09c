"""Contributions: against XGBoost's own, against a sum over all coalitions, the same bits alone and together."""

import itertools
from math import factorial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import BundleError
from willbuy.models.contributions import explain
from willbuy.models.contributions import trees as trees_module
from willbuy.models.contributions.path import PathValues
from willbuy.models.contributions.rescaled import RescaledContributions
from willbuy.models.contributions.shapley import ShapleyValues
from willbuy.models.descent import Forest
from willbuy.models.scorers import TreesScorer

EIGHTHS = st.integers(-40, 40).map(lambda value: value / 8)
LEVELS = np.array([np.nan, -1.0, 0.0, 0.5, 1.0, 2.0])


@st.composite
def forests(draw, most_depth=4, features=4, leaf=EIGHTHS):
    """Random small trees: any shape, splits on any feature again and again, covers of nothing on one side."""
    columns = {name: [] for name in ("feature", "threshold", "left", "null_left", "value", "cover")}
    roots = []

    def add(**values):
        for name, value in values.items():
            columns[name].append(value)

    for _ in range(draw(st.integers(1, 3))):
        roots.append(len(columns["left"]))
        queue = [0]
        for place, depth in enumerate(queue, start=roots[-1]):
            cover = draw(st.integers(0, 5)) if depth and place % 2 else draw(st.integers(1, 5))
            if depth == most_depth or not draw(st.booleans()):
                add(feature=0, threshold=np.inf, left=place, null_left=1, value=draw(leaf), cover=cover)
            else:
                add(
                    feature=draw(st.integers(0, features - 1)),
                    threshold=draw(st.sampled_from([-0.5, 0.0, 0.25, 1.0, 1.5])),
                    left=roots[-1] + len(queue),
                    null_left=draw(st.integers(0, 1)),
                    value=0.0,
                    cover=cover,
                )
                queue += [depth + 1, depth + 1]
    left = np.array(columns["left"])
    split = left[left != np.arange(len(left))]
    for child in split[np.array(columns["cover"])[split] + np.array(columns["cover"])[split + 1] == 0]:
        columns["cover"][child] = 1
    return Forest(root=roots, n_features=features, **columns)


def coalition_value(forest, row, members):
    """The forest's mean where splits on `members` follow the row and all others follow the cover."""

    def below(node):
        left = forest.left[node]
        if left == node:
            return float(forest.value[node])
        feature = forest.feature[node]
        if feature not in members:
            covers = forest.cover[left : left + 2].astype(float)
            return float(covers @ [below(left), below(left + 1)] / covers.sum())
        value = row[feature]
        goes_left = bool(forest.null_left[node]) if np.isnan(value) else value < forest.threshold[node]
        return below(left if goes_left else left + 1)

    return sum(below(int(root)) for root in forest.root)


def shapley_by_all_coalitions(forest, row):
    n = forest.n_features
    values = np.zeros(n)
    for feature in range(n):
        others = [other for other in range(n) if other != feature]
        for size in range(n):
            for members in itertools.combinations(others, size):
                gain = coalition_value(forest, row, {*members, feature}) - coalition_value(
                    forest, row, {*members}
                )
                values[feature] += gain * factorial(size) * factorial(n - 1 - size) / factorial(n)
    return values


@given(forest=forests(), row=st.lists(st.sampled_from(LEVELS), min_size=4, max_size=4))
def test_shapley_values_are_those_over_all_coalitions(forest, row):
    values = ShapleyValues(forest)
    row = np.array(row)
    np.testing.assert_allclose(values.of(row[None])[0], shapley_by_all_coalitions(forest, row), atol=1e-11)
    assert values.base == pytest.approx(coalition_value(forest, row, set()), abs=1e-11)


@given(forest=forests(), rows=st.lists(st.lists(st.sampled_from(LEVELS), min_size=4, max_size=4), max_size=9))
def test_contributions_add_up_and_have_the_same_bits_alone(forest, rows):
    X = np.array(rows).reshape(-1, 4)
    for values in (ShapleyValues(forest), PathValues(forest)):
        parts = values.of(X)
        reached = [forest.leaves_of_one(row.astype(np.float32)).sum(dtype=float) for row in X]
        np.testing.assert_allclose(values.base + parts.sum(axis=1), reached, atol=1e-9)
        assert [values.of(row[None])[0].tolist() for row in X] == parts.tolist()
        assert values.of(X[::-1]).tolist() == parts[::-1].tolist()


@given(
    forest=forests(leaf=st.sampled_from([0.0, 0.125, 0.25, 0.5, 1.0])),
    rows=st.lists(st.lists(st.sampled_from(LEVELS), min_size=4, max_size=4), min_size=1, max_size=9),
)
def test_a_forest_of_shares_is_stretched_to_log_odds(forest, rows):
    X = np.array(rows)

    def log_odds(X):
        shares = [forest.leaves_of_one(row.astype(np.float32)).mean(dtype=float) for row in X]
        kept = np.clip(shares, 0.025, 0.975)
        return np.log(kept) - np.log1p(-kept) + 0.75

    scorer = SimpleNamespace(family="forest", forest=forest, floor=0.025, shift=0.75, log_odds=log_odds)
    parts = explain(scorer)
    assert isinstance(parts, RescaledContributions)
    found = parts.of(X)
    np.testing.assert_allclose(parts.base + found.sum(axis=1), log_odds(X), atol=1e-6)
    assert [parts.of(row[None])[0].tolist() for row in X] == found.tolist()


def test_shapley_values_are_xgboosts(boosted):
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(boosted.scorer.native))
    random = np.random.default_rng(3)
    X = np.vstack((boosted.rows.X[:1000], random.choice(boosted.rows.X.ravel(), (1000, 7))))
    theirs = booster.predict(xgboost.DMatrix(X), pred_contribs=True)
    ours = explain(boosted.scorer)
    assert ours.method == "shapley"
    np.testing.assert_allclose(ours.of(X), theirs[:, :-1], atol=1e-5)
    np.testing.assert_allclose(ours.base, theirs[:, -1], atol=1e-5)


def test_path_contributions_are_xgboosts(boosted):
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(boosted.scorer.native))
    X = boosted.rows.X[:1000]
    theirs = booster.predict(xgboost.DMatrix(X), pred_contribs=True, approx_contribs=True)
    np.testing.assert_allclose(PathValues(boosted.scorer.forest).of(X), theirs[:, :-1], atol=1e-5)


def test_contributions_and_the_base_are_the_log_odds(trained):
    parts = explain(trained.scorer)
    X = trained.rows.X[:800]
    found = parts.of(X)
    np.testing.assert_allclose(parts.base + found.sum(axis=1), trained.scorer.log_odds(X), atol=1e-5)
    assert [parts.of(X[i : i + 1])[0].tolist() for i in range(200)] == found[:200].tolist()


def test_linear_contributions_are_zero_on_average(logistic):
    parts = explain(logistic.scorer).of(logistic.rows.X)
    np.testing.assert_allclose(parts.mean(axis=0), 0.0, atol=1e-12)


def test_deep_trees_are_explained_by_their_paths(boosted, monkeypatch):
    monkeypatch.setattr(trees_module, "LARGEST_TABLE", 1000)
    parts = explain(boosted.scorer)
    assert parts.method == "path"
    X = boosted.rows.X[:300]
    np.testing.assert_allclose(parts.base + parts.of(X).sum(axis=1), boosted.scorer.log_odds(X), atol=1e-5)


@pytest.mark.parametrize(("length", "method"), [(14, "shapley"), (25, "path")])
def test_a_long_thin_path_of_different_features(length, method):
    """Node 2k splits on feature k; its left child is a leaf, its right one goes on."""
    nodes = 2 * length + 1
    split = np.arange(nodes) % 2 == 0
    split[-1] = False
    forest = Forest(
        root=[0],
        feature=np.where(split, np.arange(nodes) // 2, 0),
        threshold=np.where(split, 0.5, np.inf),
        left=np.where(split, np.arange(nodes) + 1, np.arange(nodes)),
        null_left=np.ones(nodes),
        value=np.where(split, 0.0, np.arange(nodes) / 16),
        cover=np.arange(nodes, 0, -1),
        n_features=length,
    )
    parts = explain(TreesScorer(forest=forest, base=0.25))
    X = np.random.default_rng(1).integers(0, 2, (40, length)).astype(float)
    X[0] = 1.0
    assert parts.method == method
    reached = [0.25 + forest.leaves_of_one(row.astype(np.float32)).sum(dtype=float) for row in X]
    np.testing.assert_allclose(parts.base + parts.of(X).sum(axis=1), reached, atol=1e-9)
    assert parts.of(X[:1])[0].tolist() == parts.of(X)[0].tolist()


def test_no_rows_no_splits_and_no_trees():
    leaf = {
        "feature": [0],
        "threshold": [np.inf],
        "left": [0],
        "null_left": [1],
        "value": [7.0],
        "cover": [1],
    }
    for root, base in (([0], 7.5), ([], 0.5)):
        forest = Forest(root=root, n_features=2, **leaf)
        parts = explain(TreesScorer(forest=forest, base=0.5))
        assert parts.base == base
        assert parts.of(np.zeros((3, 2))).tolist() == [[0.0, 0.0]] * 3
        assert parts.of(np.empty((0, 2))).shape == (0, 2)


def test_an_unknown_family_is_refused():
    with pytest.raises(BundleError, match="no contributions for the family 'oracle'; known are logistic"):
        explain(SimpleNamespace(family="oracle"))
