"""The visitor bootstrap: against drawing entities one by one, and against the truth of simulated shops."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from willbuy.evaluation.cells import coarsen
from willbuy.evaluation.evaluate import compare, evaluate, side_by_side
from willbuy.evaluation.joint import Joint
from willbuy.evaluation.resample import Resampler
from willbuy.evaluation.scored import Scored

PLAIN = (
    "brier",
    "predicted_over_actual",
    "precision",
    "recall",
    "f1",
    "ece",
    "calibration_slope",
    "base_rate",
)


def clustered(entities: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of entities that have 1 to 6 rows each and a temper of their own: rows of one entity are alike."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(entities), rng.integers(1, 7, entities))
    temper = rng.normal(0, 1.5, entities)[groups]
    p = np.round(1 / (1 + np.exp(-(temper - 1.5))), 2)
    y = (rng.random(len(p)) < 1 / (1 + np.exp(-(temper - 1.5)))).astype(int)
    return y, p, groups


def one_by_one(
    y: np.ndarray, p: np.ndarray, groups: np.ndarray, draws: int, seed: int
) -> dict[str, np.ndarray]:
    """The bootstrap as the textbook has it: draw entities with replacement, collect their rows, compute."""
    rng = np.random.default_rng(seed)
    rows_of = [np.flatnonzero(groups == entity) for entity in np.unique(groups)]
    found: dict[str, list[float]] = {
        "roc_auc": [],
        "average_precision": [],
        "log_loss": [],
        "brier": [],
        "ratio": [],
    }
    for _ in range(draws):
        rows = np.concatenate([rows_of[i] for i in rng.integers(0, len(rows_of), len(rows_of))])
        found["roc_auc"].append(roc_auc_score(y[rows], p[rows]))
        found["average_precision"].append(average_precision_score(y[rows], p[rows]))
        found["log_loss"].append(log_loss(y[rows], p[rows], labels=[0, 1]))
        found["brier"].append(brier_score_loss(y[rows], p[rows]))
        found["ratio"].append(p[rows].sum() / y[rows].sum())
    return {name: np.array(values) for name, values in found.items()}


def test_draws_spread_like_entities_drawn_one_by_one() -> None:
    y, p, groups = clustered(150, seed=1)
    brute = one_by_one(y, p, groups, draws=900, seed=2)
    ours = side_by_side(y, {"p": p}, groups, {"p": 0.5}, draws=4000, seed=3).draws["p"]
    for name, key in (
        ("ratio", "predicted_over_actual"),
        *((name, name) for name in brute if name != "ratio"),
    ):
        assert ours[key].std() == pytest.approx(brute[name].std(), rel=0.08), name
        for q in (0.025, 0.5, 0.975):  # the quantiles agree within a fifth of a standard deviation
            assert np.quantile(ours[key], q) == pytest.approx(
                np.quantile(brute[name], q), abs=0.2 * brute[name].std()
            ), name


def test_rows_of_one_entity_travel_together() -> None:
    """Each row ten times over is no more evidence: the interval stays as wide, and would not if rows were drawn."""
    rng = np.random.default_rng(0)
    p = np.round(rng.random(300), 2)
    y = (rng.random(300) < p).astype(int)
    once = evaluate(y, p, np.arange(300), 0.5, draws=3000, seed=1)["roc_auc"]
    tenfold = evaluate(
        np.repeat(y, 10), np.repeat(p, 10), np.repeat(np.arange(300), 10), 0.5, draws=3000, seed=2
    )["roc_auc"]
    wrong = evaluate(np.repeat(y, 10), np.repeat(p, 10), np.arange(3000), 0.5, draws=3000, seed=3)["roc_auc"]
    width = {
        name: found["high"] - found["low"]
        for name, found in (("once", once), ("ten", tenfold), ("wrong", wrong))
    }
    assert width["ten"] == pytest.approx(width["once"], rel=0.1)
    assert width["wrong"] < 0.5 * width["once"]


def test_weights_are_poisson_and_the_weights_of_like_rows_add_up() -> None:
    cells = np.repeat([0, 1, 2], [1, 40, 5])
    resampler = Resampler(cells, np.arange(46), 3)
    weights = np.concatenate(list(resampler.draws(20_000, seed=0)))
    assert weights.shape == (20_000, 3)
    assert weights.mean(axis=0) == pytest.approx([1, 40, 5], rel=0.02)
    assert weights.var(axis=0) == pytest.approx([1, 40, 5], rel=0.05)
    chances = np.bincount(weights[:, 0].astype(int), minlength=4)[:4] / 20_000
    assert chances == pytest.approx([0.3679, 0.3679, 0.1839, 0.0613], abs=0.012)


def test_entities_with_rows_in_several_cells_bind_those_cells() -> None:
    resampler = Resampler(np.array([0, 1, 0, 1, 2]), np.array([7, 7, 8, 8, 9]), 3)
    weights = np.concatenate(list(resampler.draws(500, seed=0)))
    assert np.array_equal(weights[:, 0], weights[:, 1]) and not np.array_equal(weights[:, 0], weights[:, 2])
    assert resampler.entities == 3


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    y, p, groups = clustered(100, seed=4)
    first, again, other = (evaluate(y, p, groups, 0.5, draws=200, seed=seed) for seed in (1, 1, 2))
    assert first == again and first["roc_auc"] != other["roc_auc"]
    assert first["roc_auc"]["value"] == other["roc_auc"]["value"]


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """200 shops of 600 visitors from one truth; the truth's own figures are those of a very large part."""

    def draw(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        p = rng.beta(1, 6, n)
        return (rng.random(n) < p).astype(int), p

    y, p = draw(2_000_000, 0)
    truth = {
        "roc_auc": roc_auc_score(y, p),
        "average_precision": average_precision_score(y, p),
        "log_loss": log_loss(y, p),
        "brier": brier_score_loss(y, p),
        "predicted_over_actual": 1.0,
        "calibration_slope": 1.0,
        "recall": float((y[p >= 0.2]).sum() / y.sum()),
    }
    inside = dict.fromkeys(truth, 0)
    for seed in range(1, 201):
        y, p = draw(600, seed)
        found = evaluate(y, p, np.arange(600), 0.2, draws=200, seed=seed)
        for name, figure in truth.items():
            bounds = found["intervals"][name] if name in PLAIN else found[name]  # type: ignore[literal-required]
            inside[name] += bounds["low"] <= figure <= bounds["high"]
    share = {name: count / 200 for name, count in inside.items()}
    assert all(0.89 <= found <= 0.99 for found in share.values()), share


def test_differences_are_paired() -> None:
    """Two scores that agree but for a little noise differ far less than two intervals of their own would say."""
    rng = np.random.default_rng(5)
    z = rng.normal(-2, 1, 2000)
    y = (rng.random(2000) < 1 / (1 + np.exp(-z))).astype(int)
    a, b = (1 / (1 + np.exp(-(z + rng.normal(0, 0.1, 2000)))) for _ in range(2))
    gap = compare(y, a, b, np.arange(2000), draws=1000, seed=1)["roc_auc"]
    own = evaluate(y, a, np.arange(2000), 0.5, draws=1000, seed=1)["roc_auc"]
    assert gap["value"] == pytest.approx(roc_auc_score(y, a) - roc_auc_score(y, b), abs=1e-9)
    assert gap["high"] - gap["low"] < 0.4 * (own["high"] - own["low"])
    assert gap["low"] <= gap["value"] <= gap["high"]


def test_a_score_compared_with_itself_differs_by_nothing() -> None:
    y, p, groups = clustered(80, seed=6)
    gaps = compare(y, p, p, groups, draws=200)
    assert all(gap == {"value": 0.0, "low": 0.0, "high": 0.0} for gap in gaps.values())


def test_equal_models_are_told_apart_no_more_often_than_they_should_be() -> None:
    """120 shops, two scores of equal worth: the paired interval leaves out 0 in about 5 % of them."""
    beaten = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        z = rng.normal(-1.5, 1, 500)
        y = (rng.random(500) < 1 / (1 + np.exp(-z))).astype(int)
        a, b = (1 / (1 + np.exp(-(z + rng.normal(0, 0.7, 500)))) for _ in range(2))
        gap = compare(y, a, b, np.arange(500), draws=300, seed=seed)["average_precision"]
        beaten += not gap["low"] <= 0 <= gap["high"]
    assert beaten / 120 <= 0.10


def test_side_by_side_gives_each_score_the_values_that_it_has_alone() -> None:
    y, p, groups = clustered(200, seed=8)
    other = np.round(p, 1)
    both = side_by_side(
        y,
        {"p": p, "other": other, "flat": np.full(len(p), 0.3)},
        groups,
        dict.fromkeys(("p", "other", "flat"), 0.3),
        draws=400,
    )
    for name, score in (("p", p), ("other", other)):
        alone = evaluate(y, score, groups, 0.3, draws=400)
        for key in ("n", "positives", "brier", "ece", "f1", "confusion", "calibration"):
            assert both.metrics[name][key] == alone[key]  # type: ignore[literal-required]
        width = alone["roc_auc"]["high"] - alone["roc_auc"]["low"]
        assert both.metrics[name]["roc_auc"]["low"] == pytest.approx(
            alone["roc_auc"]["low"], abs=0.25 * width
        )
    assert set(both.differences("p")) == {"other", "flat"}


def test_coarse_cells_change_neither_values_nor_the_spread() -> None:
    rng = np.random.default_rng(9)
    p = rng.beta(0.5, 8, 30_000)
    y = (rng.random(30_000) < p).astype(np.int8)
    scored, of_row = Scored.make(y, p, 0.123)
    fine, as_is = scored.drawable(finest=10**9)
    rough, of_cell = scored.drawable(finest=2000)
    assert np.array_equal(as_is, np.arange(len(scored.counts)))
    assert len(rough.ranked.score) < len(fine.ranked.score) / 4
    resampler = Resampler(of_row, np.arange(30_000), len(scored.counts))
    joint = Joint.of({"fine": of_row, "rough": of_cell[of_row]})
    draws: dict[str, list[dict[str, np.ndarray]]] = {"fine": [], "rough": []}
    for batch in resampler.draws(150, seed=1):
        weights = joint.weights(batch)
        draws["fine"].append(fine.draw(weights["fine"]))
        draws["rough"].append(rough.draw(weights["rough"]))
    for name in fine.metrics:
        one, other = (np.concatenate([found[name] for found in draws[kind]]) for kind in ("fine", "rough"))
        assert np.sqrt(((one - other) ** 2).mean()) < 0.06 * one.std(), name
        assert other.std() == pytest.approx(one.std(), rel=0.02), name


def test_coarse_cells_do_not_cross_the_threshold() -> None:
    rng = np.random.default_rng(10)
    p = rng.random(5000)
    y = (rng.random(5000) < p).astype(np.int8)
    scored, _ = Scored.make(y, p, 0.5)
    ranked, of_cell = coarsen(scored.ranked, scored.counts, 0.5, finest=20)
    assert len(ranked.score) <= 2 * 42
    for cell in range(len(ranked.score)):
        inside = scored.ranked.score[of_cell == cell]
        assert (inside >= 0.5).all() or (inside < 0.5).all()


@pytest.mark.gate
def test_a_million_rows_and_a_thousand_draws_within_a_minute() -> None:
    import resource
    import time

    rng = np.random.default_rng(0)
    z = rng.normal(-3.5, 1.2, 1_000_000)
    p = 1 / (1 + np.exp(-z))
    y = (rng.random(1_000_000) < p).astype(int)
    begun = time.process_time()
    evaluate(y, p, np.arange(1_000_000), 0.2, draws=1000, seed=0)
    assert time.process_time() - begun < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 1024**2
