"""Figures against the base rate: blind is 1 and 0, perfect is 1 / base rate and 1."""

import numpy as np
import pytest

from willbuy.evaluation.evaluate import evaluate

NAMES = ("average_precision_over_base", "brier_skill", "log_loss_skill")


def test_blind_and_perfect() -> None:
    y = (np.arange(1000) % 10 == 0).astype(int)
    blind = evaluate(y, np.full(1000, y.mean()), np.arange(1000), 0.5, draws=100)
    assert [blind[name]["value"] for name in NAMES] == pytest.approx([1, 0, 0], abs=1e-9)  # type: ignore[literal-required]
    perfect = evaluate(y, np.where(y, 1 - 1e-12, 1e-12), np.arange(1000), 0.5, draws=100)
    assert [perfect[name]["value"] for name in NAMES] == pytest.approx([10, 1, 1], abs=1e-6)  # type: ignore[literal-required]


def test_each_has_an_interval_that_holds_it() -> None:
    rng = np.random.default_rng(0)
    p = rng.beta(1, 9, 3000)
    found = evaluate((rng.random(3000) < p).astype(int), p, np.arange(3000), 0.2, draws=300)
    for name in NAMES:
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]  # type: ignore[literal-required]
    assert found["brier_skill"]["low"] > 0


def test_nobody_bought_has_no_skill() -> None:
    found = evaluate([0, 0, 0], [0.1, 0.2, 0.3], [1, 2, 3], 0.5)
    assert all(found[name]["value"] is None for name in NAMES)  # type: ignore[literal-required]
