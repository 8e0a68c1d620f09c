"""The plain logistic beside another model, and how many rows one scoring moment holds."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from willbuy.evaluation.rules import MODEL
from willbuy.offers.named import Named
from willbuy.offers.offered import Offered
from willbuy.offers.threshold import Threshold
from willbuy.pipeline.folds import HeldOut
from willbuy.pipeline.learning import Learning, calibrate, choose_candidate, fit, learn, tune
from willbuy.pipeline.moment import rows_a_moment
from willbuy.pipeline.plain import plain_logistic
from willbuy.pipeline.rows import Rows
from willbuy.shop import Offer, Shop, Source, Target, Train


def made(n: int = 1500, session: bool = False) -> Rows:
    """Rows of three weekly anchors with two features."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(n, 2))
    key = rng.integers(0, n // 2, n)
    frame = pd.DataFrame(
        {
            "entity_key": key,
            "entity": [f"v{one}" for one in key],
            "anchor": pd.Timestamp("2024-03-01") + pd.to_timedelta(7 * np.sort(rng.integers(0, 3, n)), "D"),
            "label": (rng.random(n) < 1 / (1 + np.exp(2 - X[:, 0]))).astype(int),
            "a": X[:, 0],
            "b": X[:, 1],
        }
    )
    return Rows(frame.assign(session=1) if session else frame, ("a", "b"))


def learning(candidates: tuple[str, ...], **more: Any) -> Learning:
    shop = Shop(
        source=Source(),
        target=Target(within="7d"),
        train=Train(candidates=candidates, folds=2),
        offer=Offer(**more),
    )
    return Learning(shop, made(), lambda _: None)


def test_it_is_fitted_where_it_was_no_candidate() -> None:
    boosted = learning(("xgboost",))
    for step in (tune, choose_candidate, calibrate, fit):
        step(boosted)
    plain = plain_logistic(boosted)
    assert plain is not None and plain.chosen == "logistic" and boosted.chosen == "xgboost"
    assert boosted.tuned.keys() == {"xgboost"}  # the model's own learning is left as it was
    alone = learn(learning(("logistic",)))
    X = made().X
    assert np.array_equal(plain.probability(X), alone.probability(X)) and plain.cut == alone.cut


def test_there_is_none_where_it_is_the_model() -> None:
    assert plain_logistic(learn(learning(("logistic",)))) is None


@pytest.mark.parametrize("asked", ["f1", 0.3])
def test_a_learning_of_any_rows_has_a_cut(asked: Any) -> None:
    found = learn(learning(("logistic",), threshold=asked))
    assert 0 < found.cut < 1 and found.bands[-1].low == 0.0


def test_a_moment_is_the_newest_anchor_or_a_day() -> None:
    rows = made()
    newest = rows.frame["anchor"].max()
    assert rows_a_moment(rows) == (rows.frame["anchor"] == newest).sum()
    assert rows_a_moment(made(session=True)) == pytest.approx(1500 / 14)


def test_a_capacity_is_a_share_of_the_given_population() -> None:
    found = learning(("logistic",), threshold="capacity", capacity=100)
    found.population = 1000.0
    learn(found)
    assert found.offered.chosen.threshold.share == pytest.approx(0.1, abs=0.001)


def test_each_fold_decides_at_its_own_thresholds() -> None:
    """In a cross-validation no threshold was chosen on a row that it decides on."""
    fold = np.array([0, 0, 1, 1])
    learnt = [
        SimpleNamespace(
            offered=Offered((Named("f1", Threshold(value, 1, 1, 1, 2)),), asked="f1", population=2.0)
        )
        for value in (0.2, 0.6)
    ]
    held = HeldOut(made(4), fold, scores={MODEL: np.array([0.1, 0.3, 0.5, 0.7])}, learnt=learnt)  # type: ignore[arg-type]
    assert held.by_threshold()["f1"].tolist() == [False, True, False, True]
