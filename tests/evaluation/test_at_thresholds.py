"""Thresholds, bands and profit on the test part: the same figures as counted by hand and as `evaluate` has them."""

import numpy as np
import pytest

from willbuy.evaluation.at_thresholds import at_thresholds
from willbuy.evaluation.by_band import by_band
from willbuy.evaluation.evaluate import evaluate
from willbuy.evaluation.kinds import count_kinds
from willbuy.evaluation.profit import SHARES, profit_curve
from willbuy.offers.bands import band_of, bands_for
from willbuy.offers.money import Money

MONEY = Money.of(margin=10, cost_per_contact=1)


def sample(n: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = np.round(rng.beta(1, 9, n), 3)
    return (rng.random(n) < p).astype(int), p, rng.integers(0, n // 2, n)


def test_each_threshold_has_the_figures_of_evaluate() -> None:
    y, p, groups = sample()
    values = {"low": 0.05, "high": 0.25, "nobody": 1.0, "same": 0.25}
    found = at_thresholds(y, {name: p >= at for name, at in values.items()}, groups, draws=1000)
    for name in ("low", "high"):
        whole = evaluate(y, p, groups, values[name], draws=1000)
        assert found[name]["confusion"] == whole["confusion"]
        assert found[name]["precision"]["value"] == whole["precision"]
        for end in ("low", "high"):  # other draws of the same bootstrap
            assert found[name]["recall"][end] == pytest.approx(whole["intervals"]["recall"][end], abs=0.02)
            assert found[name]["precision"][end] == pytest.approx(
                whole["intervals"]["precision"][end], abs=0.02
            )
    assert found["same"] == found["high"]
    assert found["nobody"]["precision"]["value"] is None and found["nobody"]["recall"]["value"] == 0.0
    assert found["low"]["profit"] is None


def test_profit_is_exact_and_its_interval_holds_it() -> None:
    y, p, groups = sample()
    found = at_thresholds(y, {"money": p >= 0.1}, groups, MONEY, draws=500)["money"]
    chosen = p >= 0.1
    assert found["profit"]["value"] == 10 * y[chosen].sum() - chosen.sum()
    assert found["profit"]["low"] < found["profit"]["value"] < found["profit"]["high"]
    spread = np.std([10 * y[s][p[s] >= 0.1].sum() - (p[s] >= 0.1).sum() for s in resamples(groups)])
    assert found["profit"]["high"] - found["profit"]["low"] == pytest.approx(2 * 1.96 * spread, rel=0.2)


def resamples(groups: np.ndarray) -> list[np.ndarray]:
    """Rows of 300 plain bootstraps of the entities."""
    rng = np.random.default_rng(1)
    members = [np.flatnonzero(groups == entity) for entity in np.unique(groups)]
    return [
        np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))]) for _ in range(300)
    ]


def test_one_buyer_has_no_interval() -> None:
    found = at_thresholds([1, 0, 0], {"f1": [1, 1, 0]}, [1, 2, 3], MONEY)["f1"]
    assert found["precision"] == {"value": 0.5, "low": None, "high": None}
    assert found["profit"] == {"value": 8.0, "low": None, "high": None}


def test_bands_share_the_rows() -> None:
    y, p, groups = sample()
    bands = bands_for(float(y.mean()))
    found = by_band(y, p, groups, bands, draws=200)
    names = band_of(p, bands)
    for band in found:
        rows = names == band["name"]
        assert (band["n"], band["positives"]) == (rows.sum(), y[rows].sum())
        assert band["actual"]["low"] <= band["actual"]["value"] <= band["actual"]["high"]
    assert sum(band["n"] for band in found) == len(p)
    rates = [band["actual"]["value"] for band in found]
    assert rates == sorted(rates, reverse=True)


def test_the_profit_curve_begins_at_nothing_and_ends_with_everyone() -> None:
    y, p, groups = sample()
    curve = profit_curve(y, p, groups, MONEY, draws=200)
    assert [point["share"] for point in curve] == SHARES.tolist()
    assert curve[0]["profit"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert curve[-1]["profit"]["value"] == pytest.approx(10 * y.sum() - len(y))
    best = np.argsort(-p, kind="stable")
    for point in curve[1:]:
        near = best[: round(point["share"] * len(p))]
        by_hand = 10 * y[near].sum() - len(near)
        assert point["profit"]["value"] == pytest.approx(by_hand, abs=60)  # a tie is entered in proportion
        assert point["profit"]["low"] <= point["profit"]["value"] <= point["profit"]["high"]


def test_no_curve_where_there_is_nobody_to_rank() -> None:
    assert profit_curve([0, 0], [0.1, 0.2], [1, 2], MONEY) == []


def test_every_row_is_counted_once() -> None:
    y, _, groups = sample(500)
    kind = np.arange(500) % 4
    found = count_kinds(y, kind, groups, 4, draws=300, seed=2)
    assert found.rows.shape == found.bought.shape == (301, 4)
    assert found.rows[0].tolist() == [125] * 4 and found.bought[0].sum() == y.sum()
    assert (found.bought <= found.rows).all()
    assert found.rows[1:].sum(axis=1).mean() == pytest.approx(500, rel=0.01)


def test_choices_need_not_be_nested() -> None:
    """In a cross-validation each fold has thresholds of its own."""
    y, p, groups = sample(1000)
    fold = np.arange(1000) % 2
    chosen = {"a": p >= np.where(fold, 0.1, 0.3), "b": p >= np.where(fold, 0.3, 0.1)}
    found = at_thresholds(y, chosen, groups, draws=100)
    for name, of in chosen.items():
        assert found[name]["selected"] == of.sum() and found[name]["precision"]["value"] == pytest.approx(
            y[of].mean()
        )
