"""Rows made up for the tests of what learns and tests: entities at anchors, with a handful of features."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from willbuy.backtest import Split
from willbuy.evaluation.evaluate import evaluate
from willbuy.pipeline.learning import Learning, learn
from willbuy.pipeline.log.training import LogTraining
from willbuy.pipeline.rows import Rows
from willbuy.shop import Shop

START = datetime(2024, 1, 1)
WEEK = timedelta(days=7)
NAMES = ("a", "b", "c")


def quiet(_: str) -> None:
    """Say nothing."""


def shop_with(**train: Any) -> Shop:
    """A shop that trains the logistic quickly."""
    settings = {"candidates": ["logistic"], "bootstrap": 100, "folds": 3, **train}
    return Shop.model_validate({"source": {}, "target": {"within": "7d"}, "train": settings})


def frame_of(entities: int, anchors: int, seed: int, skill: float = 1.0, base: float = -1.0) -> pd.DataFrame:
    """Every entity at every anchor; `a` tells who buys, `b` and `c` do not."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(entities * anchors, 3))
    chance = 1 / (1 + np.exp(-(base + skill * X[:, 0])))
    rows = pd.DataFrame(X, columns=list(NAMES))
    number = np.tile(np.arange(entities), anchors)
    rows["entity"] = [f"visitor {key}" for key in number]
    rows["entity_key"] = number
    rows["anchor"] = pd.to_datetime(np.repeat([START + n * WEEK for n in range(anchors)], entities))
    rows["label"] = (rng.random(len(rows)) < chance).astype(np.int8)
    return rows


def run_of(shop: Shop, split: Split, train: pd.DataFrame, test: pd.DataFrame) -> Any:
    """What a finished training holds when its test was opened, as far as the steps after it read it."""
    rows, ahead = Rows(train, NAMES), Rows(test, NAMES)
    learning = learn(Learning(shop, rows, quiet))
    found = evaluate(ahead.y, learning.probability(ahead.X), ahead.groups, 0.5, draws=100)
    run: Any = LogTraining(shop, None, Path(), quiet)  # type: ignore[arg-type]
    run.split, run.train, run.learning, run.rules, run.plain = split, rows, learning, (), None
    run.test = SimpleNamespace(opened_rows=lambda: test)
    run.result = {"verdict": {"rule": None, "metric": "average_precision"}, "test": found}
    return run
