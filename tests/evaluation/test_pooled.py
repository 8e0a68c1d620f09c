"""Scores of folds on one pile: every figure of the pile, decisions as each fold made them."""

import numpy as np

from willbuy.evaluation.evaluate import side_by_side
from willbuy.evaluation.pooled import pooled


def test_with_one_threshold_it_is_side_by_side() -> None:
    rng = np.random.default_rng(3)
    p, y, groups = rng.random(500), rng.random(500) < 0.3, rng.integers(0, 300, 500)
    plain = side_by_side(y, {"p": p}, groups, {"p": 0.6}, draws=100, seed=1).metrics["p"]
    found = pooled(y, {"p": p}, {"p": p >= 0.6}, groups, {"p": 0.6}, draws=100, seed=1).metrics["p"]
    for name in ("confusion", "precision", "recall", "f1", "roc_auc", "average_precision", "log_loss"):
        assert found[name] == plain[name]


def test_decisions_at_thresholds_of_their_own() -> None:
    """Two folds of the same scores: one takes from 0.4 on, the other from 0.8 on."""
    p = np.array([0.9, 0.5, 0.1, 0.9, 0.5, 0.1])
    y = np.array([1, 1, 0, 1, 1, 0])
    chosen = p >= np.array([0.4, 0.4, 0.4, 0.8, 0.8, 0.8])
    found = pooled(y, {"p": p}, {"p": chosen}, np.arange(6), {"p": 0.6}, draws=100).metrics["p"]
    assert found["confusion"] == {
        "true_positive": 3,
        "false_positive": 0,
        "false_negative": 1,
        "true_negative": 2,
    }
    assert (found["precision"], found["recall"], found["threshold"]) == (1.0, 0.75, 0.6)
    assert found["intervals"]["recall"]["low"] < 0.75 <= found["intervals"]["recall"]["high"]


def test_nobody_chosen_has_no_precision_and_says_why() -> None:
    p, y = np.array([0.9, 0.5, 0.1, 0.2]), np.array([1, 0, 0, 1])
    found = pooled(y, {"p": p}, {"p": np.zeros(4)}, np.arange(4), {"p": 0.6}, draws=100).metrics["p"]
    assert found["precision"] is None and found["reasons"]["precision"] == "nobody reaches the threshold"
