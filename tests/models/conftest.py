"""Made-up shops for the models' tests: entities that come back, heavy tails, nulls, a known rate of buying."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import Calibrator, fit_calibrator
from willbuy.models.candidates import Candidate, ForestCandidate, LogisticCandidate, XGBoostCandidate
from willbuy.models.out_of_fold import out_of_fold
from willbuy.models.scorers import Scorer


@dataclass(frozen=True)
class Rows:
    """Rows of a made-up shop, with each row's true log-odds."""

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    truth: np.ndarray
    names: tuple[str, ...]


def make_rows(n: int, seed: int, base: float = -2.5) -> Rows:
    random = np.random.default_rng(seed)
    entities = random.integers(0, max(2, n // 3), n)
    liking = random.normal(0, 0.7, entities.max() + 1)[entities]
    views = random.poisson(np.exp(1 + liking)).astype(float)
    carts = random.binomial(views.astype(int), 0.2).astype(float)
    money = np.where(carts > 0, np.exp(random.normal(6, 2, n)), np.nan)
    recency = np.where(random.random(n) < 0.1, np.nan, random.exponential(10, n))
    noise = random.normal(0, 1000, n)
    truth = base + 0.9 * np.log1p(views) * liking + 0.8 * carts - 0.03 * np.nan_to_num(recency, nan=20.0)
    y = (random.random(n) < 1 / (1 + np.exp(-truth))).astype(np.int8)
    X = np.column_stack((views, carts, money, recency, noise, np.ones(n), np.full(n, np.nan)))
    names = ("views", "carts", "money", "recency", "noise", "constant", "nothing")
    return Rows(X, y, entities.astype(np.int64), truth, names)


@dataclass(frozen=True)
class Trained:
    """What a bundle is made from."""

    rows: Rows
    scorer: Scorer
    calibrator: Calibrator

    def write(self, folder: Path, **changes: Any) -> str:
        wanted = {
            "scorer": self.scorer,
            "calibrator": self.calibrator,
            "features_spec": [{"name": name, "window": "7d"} for name in self.rows.names],
            "feature_names": self.rows.names,
            "threshold": 0.25,
            "fields": {"parts": {"train": {"n": len(self.rows.y), "base_rate": self.rows.y.mean()}}},
            "golden": self.rows.X[:200],
            "native": self.scorer.native,
        }
        return write_bundle(folder, **{**wanted, **changes})


def train(rows: Rows, candidate: Candidate) -> Trained:
    log_odds = out_of_fold(candidate, rows.X, rows.y, rows.groups, 3, seed=5)
    scorer = candidate.fit(rows.X, rows.y, 5, rows.names, rows.groups)
    return Trained(rows, scorer, fit_calibrator(log_odds, rows.y))


@pytest.fixture(scope="session")
def rows() -> Rows:
    return make_rows(6000, seed=1)


@pytest.fixture(scope="session")
def more_rows() -> Callable[..., Rows]:
    return make_rows


@pytest.fixture(scope="session")
def logistic(rows: Rows) -> Trained:
    return train(rows, LogisticCandidate(strength=0.1))


@pytest.fixture(scope="session")
def boosted(rows: Rows) -> Trained:
    return train(rows, XGBoostCandidate(rounds=60, threads=1))


@pytest.fixture(scope="session")
def forest(rows: Rows) -> Trained:
    return train(rows, ForestCandidate(trees=40, threads=1))


@pytest.fixture(scope="session", params=["logistic", "forest", "boosted"])
def trained(request: pytest.FixtureRequest) -> Trained:
    return request.getfixturevalue(request.param)
