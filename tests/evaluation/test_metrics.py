"""Every metric against scikit-learn on the same rows, ties and weights included, and against counting by hand."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as theirs
from sklearn.linear_model import LogisticRegression

from willbuy.errors import NotEnoughData
from willbuy.evaluation.evaluate import MetricsError, evaluate
from willbuy.evaluation.scored import Scored

rows = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.1000001, 0.25, 0.5, 0.5, 0.9, 1.0]) | st.floats(0, 1)
    ),
    min_size=2,
    max_size=60,
).filter(lambda found: 0 < sum(y for y, _ in found) < len(found))


@given(rows, st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]))
def test_values_equal_scikit_learn(found: list[tuple[int, float]], threshold: float) -> None:
    y, p = np.array([y for y, _ in found]), np.array([p for _, p in found])
    ours = evaluate(y, p, np.arange(len(y)), threshold, draws=10)
    chosen = (p >= threshold).astype(int)
    assert ours["roc_auc"]["value"] == pytest.approx(theirs.roc_auc_score(y, p), abs=1e-9)
    assert ours["average_precision"]["value"] == pytest.approx(theirs.average_precision_score(y, p), abs=1e-9)
    assert ours["log_loss"]["value"] == pytest.approx(theirs.log_loss(y, p, labels=[0, 1]), abs=1e-9)
    assert ours["brier"] == pytest.approx(theirs.brier_score_loss(y, p), abs=1e-9)
    assert ours["recall"] == pytest.approx(theirs.recall_score(y, chosen), abs=1e-9)
    assert ours["f1"] == pytest.approx(theirs.f1_score(y, chosen), abs=1e-9)
    if chosen.any():
        assert ours["precision"] == pytest.approx(theirs.precision_score(y, chosen), abs=1e-9)
    else:
        assert ours["precision"] is None and "nobody reaches" in ours["reasons"]["precision"]
    matrix = theirs.confusion_matrix(y, chosen, labels=[0, 1])
    assert list(ours["confusion"].values()) == [matrix[1, 1], matrix[0, 1], matrix[1, 0], matrix[0, 0]]
    assert (
        ours["base_rate"] == pytest.approx(y.mean()) and ours["n"] == len(y) and ours["positives"] == y.sum()
    )


@given(rows, st.integers(0, 2**32))
def test_weighted_values_equal_scikit_learn_with_sample_weights(
    found: list[tuple[int, float]], seed: int
) -> None:
    """The same code serves the draws, where rows carry weights: so weights are tried too."""
    y, p = np.array([y for y, _ in found], dtype=np.int8), np.array([p for _, p in found])
    scored, of_row = Scored.make(y, p, 0.5)
    drawable, coarse = scored.drawable()
    weight_of_cell = np.random.default_rng(seed).poisson(1.0, len(scored.counts)).astype(float)
    weight = weight_of_cell[of_row]
    if not 0 < (weight * y).sum() < weight.sum():
        return
    assert np.array_equal(coarse, np.arange(len(scored.counts)))  # so few cells are drawn as they are
    drawn = drawable.draw((weight_of_cell * scored.counts)[None, :])
    ours = {name: float(value[0]) for name, value in drawn.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ours["roc_auc"] == pytest.approx(theirs.roc_auc_score(y, p, sample_weight=weight), abs=1e-9)
        assert ours["average_precision"] == pytest.approx(
            theirs.average_precision_score(y, p, sample_weight=weight), abs=1e-9
        )
        assert ours["log_loss"] == pytest.approx(
            theirs.log_loss(y, p, sample_weight=weight, labels=[0, 1]), abs=1e-9
        )
        assert ours["brier"] == pytest.approx(theirs.brier_score_loss(y, p, sample_weight=weight), abs=1e-9)
        assert ours["f1"] == pytest.approx(theirs.f1_score(y, p >= 0.5, sample_weight=weight), abs=1e-9)


def test_ece_slope_lift_and_gain_by_hand() -> None:
    y = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    p = np.array([0.9, 0.9, 0.4, 0.4, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = evaluate(y, p, np.arange(10), 0.5, draws=50)
    # bins keep ties whole: 0.9 (1 of 2), 0.4 (1 of 3), 0.1 (0 of 5): |1.8-1| + |1.2-1| + |0.5-0| over 10
    assert found["ece"] == pytest.approx(0.15)
    assert [(b["n"], b["positives"]) for b in found["calibration"]] == [(5, 0), (3, 1), (2, 1)]
    assert found["predicted_over_actual"] == pytest.approx(3.5 / 2)
    top = {round(100 * t["share"]): t for t in found["top"]}
    assert top[20]["gain"]["value"] == pytest.approx(0.5) and top[20]["lift"]["value"] == pytest.approx(2.5)
    assert top[10]["gain"]["value"] == pytest.approx(0.25)  # half of the tie at 0.9
    assert top[1]["n"] == pytest.approx(0.1)


def test_calibration_slope_equals_an_unpenalised_logistic_fit() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(-1, 1, 4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-0.7 * x))).astype(int)
    found = evaluate(y, 1 / (1 + np.exp(-x)), np.arange(4000), 0.5, draws=400, seed=1)
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x[:, None], y)
    assert found["calibration_slope"] == pytest.approx(fit.coef_[0, 0], abs=1e-5)
    bounds = found["intervals"]["calibration_slope"]
    assert bounds["low"] < 0.7 < bounds["high"] < 0.85


@pytest.mark.parametrize(
    ("y", "missing"),
    [([0] * 12, ("roc_auc", "average_precision")), ([1] * 12, ("roc_auc", "average_precision"))],
)
def test_one_outcome_only_gives_none_and_the_reason(y: list[int], missing: tuple[str, ...]) -> None:
    found = evaluate(y, np.linspace(0, 1, 12), np.arange(12), 0.5, draws=100)
    for name in missing:
        assert found[name] == {"value": None, "low": None, "high": None}
    assert f"{'no buyer among' if not any(y) else 'all'} 12" in found["reasons"]["ranking"]
    assert "at least 2 entities" in found["reasons"]["intervals"]
    assert found["log_loss"]["value"] > 0 and found["log_loss"]["low"] is None
    json.dumps(found, allow_nan=False)


def test_a_constant_score_has_no_slope_and_says_why() -> None:
    found = evaluate([1, 0, 1, 0, 0, 0], np.full(6, 1 / 3), np.arange(6), 0.2, draws=100)
    assert found["calibration_slope"] is None and "calibration_slope" in found["reasons"]
    assert found["roc_auc"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert found["f1"] == pytest.approx(2 * 2 / (6 + 2)) and found["recall"] == 1.0


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_parts_are_printed_without_intervals(n: int) -> None:
    found = evaluate([1, 0, 0][:n], [0.4, 0.3, 0.2][:n], np.arange(n), 0.35, draws=100)
    assert found["n"] == n and found["roc_auc"]["low"] is None


def test_what_is_no_probability_or_outcome_is_refused() -> None:
    for y, p, said in (
        ([0, 2], [0.1, 0.2], "neither 0 nor 1"),
        ([0, 1], [0.1, 1.2], "1.2 is no probability"),
        ([0, 1], [0.1, float("nan")], "nan is no probability"),
        ([0, 1], [0.1], "different lengths"),
    ):
        with pytest.raises(MetricsError, match=said):
            evaluate(y, p, [1, 2], 0.5)
    with pytest.raises(NotEnoughData, match="no row"):
        evaluate([], [], [], 0.5)


def test_the_order_of_the_rows_plays_no_part() -> None:
    rng = np.random.default_rng(0)
    y, p, groups = rng.integers(0, 2, 300), rng.integers(0, 20, 300) / 20, rng.integers(0, 100, 300)
    turn = rng.permutation(300)
    assert (
        evaluate(y, p, groups, 0.5, draws=100)["confusion"]
        == evaluate(y[turn], p[turn], groups[turn], 0.5, draws=100)["confusion"]
    )
    assert evaluate(y, p, groups, 0.5, draws=100) == evaluate(y[turn], p[turn], groups[turn], 0.5, draws=100)


def test_a_bin_of_rows_of_few_entities_has_the_interval_of_few() -> None:
    y, p = [1, 0, 0, 0] * 50, [0.25] * 200
    alone = evaluate(y, p, np.arange(200), 0.5, draws=50)["calibration"][0]["actual"]
    bound = evaluate(y, p, np.arange(200) // 4, 0.5, draws=50)["calibration"][0]["actual"]
    assert alone["value"] == bound["value"] == 0.25
    assert bound["high"] - bound["low"] > 1.8 * (alone["high"] - alone["low"])
