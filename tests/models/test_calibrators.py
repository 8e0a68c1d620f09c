"""Calibrators: the mean equals the base rate, order is kept, nothing is certain, and the truth is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import BundleError, NotEnoughData
from willbuy.models.calibrators import (
    IsotonicCalibrator,
    SigmoidCalibrator,
    calibrator_from_arrays,
    expit,
    fit_calibrator,
)


def sample(
    n: int, seed: int, centre: float = -3.0, bend: float = 0.6
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores that are wrong in offset, slope and shape; labels; the true probability."""
    random = np.random.default_rng(seed)
    truth = random.normal(centre, 1.2, n)
    scores = 2.0 * truth + bend * np.tanh(truth - centre) + 3.0
    p = 1 / (1 + np.exp(-truth))
    return scores, (random.random(n) < p).astype(np.int8), p


@pytest.mark.parametrize(("n", "kind"), [(400, "sigmoid"), (5_000, "sigmoid"), (60_000, "isotonic")])
def test_the_mean_equals_the_base_rate(n, kind):
    scores, y, _ = sample(n, seed=n)
    calibrator = fit_calibrator(scores, y)
    assert calibrator.kind == kind
    assert calibrator.probability(scores).mean() == pytest.approx(y.mean(), abs=1e-12)


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 300),
    buyers=st.integers(1, 299),
    spread=st.sampled_from([0.0, 1e-9, 1.0, 50.0, 1e6]),
)
def test_any_scores_and_labels_calibrate_to_the_base_rate(seed, n, buyers, spread):
    random = np.random.default_rng(seed)
    y = np.zeros(n)
    y[: min(buyers, n - 1)] = 1
    scores = random.normal(-4, 1, n) * spread + random.choice([0.0, 0.3], n) * y
    p = fit_calibrator(scores, y).probability(scores)
    assert p.mean() == pytest.approx(y.mean(), abs=1e-9)
    assert ((p > 0) & (p < 1)).all()


@pytest.mark.parametrize("kind", ["sigmoid", "isotonic"])
def test_order_is_kept_and_nothing_is_certain(kind):
    scores, y, _ = sample(2_000 if kind == "sigmoid" else 60_000, seed=2)
    calibrator = fit_calibrator(scores, y)
    assert calibrator.kind == kind
    everywhere = np.concatenate((np.sort(scores), [-1e300, 1e300, -50.0, 50.0]))
    p = calibrator.probability(np.sort(everywhere))
    assert (np.diff(p) >= 0).all()
    assert p.min() > 0
    assert p.max() < 1
    # ties would take the order from the best tenth: there are as many values as before
    within = calibrator.probability(np.sort(scores))
    assert len(np.unique(within)) > 0.999 * len(np.unique(scores))


def test_isotonic_finds_the_truth_where_a_line_cannot():
    scores, y, p = sample(200_000, seed=3, bend=3.0)
    isotonic = fit_calibrator(scores, y)
    few = np.flatnonzero(y)[:900]
    sigmoid = fit_calibrator(scores[: few[-1] + 1], y[: few[-1] + 1])
    assert (isotonic.kind, sigmoid.kind) == ("isotonic", "sigmoid")
    errors = [np.abs(c.probability(scores) - p).mean() for c in (isotonic, sigmoid)]
    assert errors[0] < 0.003
    assert errors[0] < 0.5 * errors[1]


def test_every_tenth_is_calibrated_on_new_rows():
    calibrator = fit_calibrator(*sample(100_000, seed=4)[:2])
    scores, y, _ = sample(100_000, seed=5)
    p = calibrator.probability(scores)
    for tenth in np.array_split(np.argsort(p), 10):
        expected, noise = p[tenth].sum(), np.sqrt((p[tenth] * (1 - p[tenth])).sum())
        assert abs(y[tenth].sum() - expected) < 4 * noise + 0.02 * expected


def test_sigmoid_finds_the_line():
    random = np.random.default_rng(6)
    scores = random.normal(0, 1.5, 40_000)
    y = random.random(40_000) < 1 / (1 + np.exp(-(-5.0 + 0.7 * scores)))
    arrays = fit_calibrator(scores, y).arrays()
    assert arrays["slope"] == pytest.approx(0.7, abs=0.1)
    assert arrays["intercept"] == pytest.approx(-5.0, abs=0.2)


def test_a_handful_of_buyers_cannot_make_it_steep():
    scores = np.linspace(-1, 1, 200)
    y = (
        scores > 0.97
    )  # three buyers, parted from the rest without a mistake: likelihood alone goes to infinity
    calibrator = fit_calibrator(scores, y)
    assert calibrator.arrays()["slope"] < 4
    assert calibrator.probability(np.array([1.0]))[0] < 0.2


def test_a_score_that_ranks_backwards_says_nothing():
    scores, y, _ = sample(5_000, seed=7)
    p = fit_calibrator(-scores, y).probability(scores)
    np.testing.assert_allclose(p, y.mean(), rtol=1e-9)


def test_isotonic_with_a_score_that_parts_perfectly_stays_uncertain():
    scores = np.concatenate((np.linspace(-3, -1, 3000), np.linspace(1, 3, 3000)))
    calibrator = fit_calibrator(scores, scores > 0)
    p = calibrator.probability(scores)
    assert calibrator.kind == "isotonic"
    assert p.mean() == pytest.approx(0.5, abs=1e-9)
    assert 0 < p.min() < 0.1
    assert 0.9 < p.max() < 1


def test_isotonic_of_a_constant_score_is_the_base_rate():
    y = np.arange(5000) % 4 == 0
    calibrator = fit_calibrator(np.full(5000, -1.0), y)
    assert calibrator.probability(np.array([-9.0, -1.0, 9.0])) == pytest.approx([0.25] * 3)


def test_one_row_equals_many_bit_for_bit():
    for n in (1_000, 60_000):
        scores, y, _ = sample(n, seed=8)
        calibrator = fit_calibrator(scores, y)
        together = calibrator.probability(scores[:500]).tolist()
        assert [calibrator.probability(scores[i : i + 1])[0] for i in range(500)] == together
        again = calibrator_from_arrays(calibrator.kind, calibrator.arrays())
        assert again.probability(scores[:500]).tolist() == together


@pytest.mark.parametrize(("y", "counts"), [([0, 0, 0], "0 of 3"), ([1, 1, 1], "3 of 3"), ([], "0 of 0")])
def test_one_outcome_alone_is_not_enough(y, counts):
    with pytest.raises(NotEnoughData, match=counts):
        fit_calibrator(np.zeros(len(y)), np.array(y))


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="1 of 3 log-odds are not finite"):
        fit_calibrator(np.array([0.0, np.nan, 1.0]), np.array([0, 1, 0]))
    with pytest.raises(ValueError, match=r"expected \(n,\) of both"):
        fit_calibrator(np.zeros(3), np.zeros(2))


@pytest.mark.parametrize(
    ("kind", "arrays"),
    [
        ("sigmoid", {"intercept": 0.0}),
        ("sigmoid", {"intercept": 0.0, "slope": -1.0}),
        ("sigmoid", {"intercept": np.nan, "slope": 1.0}),
        ("sigmoid", {"intercept": [0.0], "slope": 1.0}),
        ("isotonic", {"before": [0.0, 1.0]}),
        ("isotonic", {"before": [], "after": []}),
        ("isotonic", {"before": [1.0, 0.0], "after": [0.0, 1.0]}),
        ("isotonic", {"before": [0.0, 1.0], "after": [1.0, 0.0]}),
        ("isotonic", {"before": [0.0, np.inf], "after": [0.0, 1.0]}),
        ("isotonic", {"before": [0.0, 1.0], "after": [0.0]}),
        ("beta", {}),
    ],
)
def test_arrays_that_are_no_calibrator_are_refused(kind, arrays):
    with pytest.raises(BundleError, match="calibrator"):
        calibrator_from_arrays(kind, {name: np.array(value) for name, value in arrays.items()})


def test_application_by_hand():
    line = IsotonicCalibrator(before=[-1.0, 1.0], after=[np.log(1 / 9), np.log(9)])
    np.testing.assert_allclose(line.probability(np.array([-5, -1, 0, 1, 5.0])), [0.1, 0.1, 0.5, 0.9, 0.9])
    sigmoid = SigmoidCalibrator(intercept=np.log(3), slope=2.0)
    np.testing.assert_allclose(sigmoid.probability(np.array([0.0, 1.0])), [0.75, expit(np.log(3) + 2.0)])
