"""Permutation importance: what matters drops, what does not stays."""

import numpy as np
import pytest

from willbuy.errors import NotEnoughData
from willbuy.evaluation.importance import ImportanceError, permutation_importance

NAMES = ["strong", "weak", "noise"]


def shop(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(0, 1, (n, 3))
    return X, (rng.random(n) < 1 / (1 + np.exp(2 - 1.5 * X[:, 0] - 0.5 * X[:, 1]))).astype(int)


def score(X: np.ndarray) -> np.ndarray:
    return 1.5 * X[:, 0] + 0.5 * X[:, 1]


def test_features_are_weighed_in_their_order() -> None:
    X, y = shop(4000)
    found = permutation_importance(score, X, y, NAMES, seed=1)
    assert found["strong"]["value"] > 4 * found["weak"]["value"] > 0
    assert found["noise"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert all(one["low"] <= one["value"] <= one["high"] for one in found.values())


def test_the_same_seed_gives_the_same_weights_and_the_rows_stay_as_they_were() -> None:
    X, y = shop(500)
    before = X.copy()
    assert permutation_importance(score, X, y, NAMES, seed=1) == permutation_importance(
        score, X, y, NAMES, seed=1
    )
    assert np.array_equal(X, before)


def test_rows_are_bounded() -> None:
    X, y = shop(3000)
    sizes = []

    def watched(X: np.ndarray) -> np.ndarray:
        sizes.append(len(X))
        return score(X)

    permutation_importance(watched, X, y, NAMES, rows=200, repeats=2)
    assert set(sizes) == {200} and len(sizes) == 1 + 3 * 2


def test_nulls_are_shuffled_like_any_value() -> None:
    X, y = shop(500)
    X[::3, 2] = np.nan
    assert permutation_importance(score, X, y, NAMES)["noise"]["value"] == 0.0


def test_what_does_not_fit_is_refused() -> None:
    X, y = shop(50)
    with pytest.raises(ImportanceError, match=r"X is \(50, 3\); expected \(50 outcomes, 2 names\)"):
        permutation_importance(score, X, y, ["a", "b"])
    with pytest.raises(NotEnoughData, match="0 of 50 rows bought"):
        permutation_importance(score, X, np.zeros(50), NAMES)
