"""Cross-validation by entity: what is tested was never learnt from, and what is learnt never chosen on what is tested."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.made_up import NAMES, frame_of, quiet, run_of, shop_with
from willbuy.backtest import split_by_fold
from willbuy.models.candidates import XGBoostCandidate
from willbuy.pipeline.folds import describe_folds, evaluate_held_out, hold_out, importance_held_out
from willbuy.pipeline.learning import Learning, learn
from willbuy.pipeline.random_split import shuffle_and_test
from willbuy.pipeline.rows import Rows


def run_by_fold(frame: pd.DataFrame, **train: Any) -> Any:
    shop, rows = shop_with(**train), Rows(frame, NAMES)
    split = split_by_fold(rows.groups, rows.y, shop.train.seed, 4)
    run = run_of(shop, split, frame, frame)
    run.learning.population = float(len(frame))
    return run


def known_by_heart(entities: int = 150, rows: int = 6, seed: int = 5) -> pd.DataFrame:
    """Features that name the visitor, labels that are the visitor's own: there is nothing to learn but by heart."""
    rng = np.random.default_rng(seed)
    frame = frame_of(entities, rows, seed)
    features, labels = rng.normal(size=(entities, 3)), rng.random(entities) < 0.4
    frame[list(NAMES)] = features[frame["entity_key"]]
    frame["label"] = labels[frame["entity_key"]].astype(np.int8)
    return frame


def test_every_row_is_predicted_once_by_a_procedure_that_never_saw_its_visitor() -> None:
    run = run_by_fold(frame_of(300, 3, seed=6))
    held = hold_out(run, run.train, run.split)
    assert np.isfinite(held.probability).all()
    assert len(held.learnt) == 4
    for number, learnt in enumerate(held.learnt):
        mine = held.fold_of == number
        assert not set(learnt.rows.groups) & set(run.train.groups[mine])
        assert (held.probability[mine] == learnt.probability(run.train.X[mine])).all()
        assert (held.chosen["model"][mine] == (held.probability[mine] >= learnt.cut)).all()
    both = evaluate_held_out(run, held, [])
    model = both.metrics["model"]
    assert model["n"] == 900 and model["roc_auc"]["value"] > 0.65
    chosen = model["confusion"]["true_positive"] + model["confusion"]["false_positive"]
    assert chosen == held.chosen["model"].sum()
    folds = describe_folds(run, held)
    assert sum(point["figures"]["n"] for point in folds["points"]) == 900
    assert folds["over"]["roc_auc"]["worst"] <= model["roc_auc"]["value"] <= 1
    drops = importance_held_out(held, 900, 3, seed=1)
    assert drops["a"]["value"] > 0.05 > max(abs(drops["b"]["value"]), abs(drops["c"]["value"]))


def test_what_is_known_by_heart_is_worth_nothing_here_and_much_in_a_shuffled_split() -> None:
    run = run_by_fold(known_by_heart(), candidates=["xgboost"])
    by_heart = XGBoostCandidate(rounds=60, min_child_weight=0.5, threads=1)
    run.learning.tuned = {"xgboost": by_heart}
    held = hold_out(run, run.train, run.split)
    run.result["test"] = evaluate_held_out(run, held, []).metrics["model"]
    assert 0.35 < run.result["test"]["roc_auc"]["value"] < 0.65
    shuffle_and_test(run)
    found = run.result["shuffled"]
    assert found["promised"]["roc_auc"]["value"] > 0.9
    assert found["shared_share"] > 0.95
    assert "Shuffling would have promised too much" in found["words"]
    assert "visitors that the model had never seen gave" in found["words"]


def test_shuffled_labels_cannot_be_predicted_by_the_whole_procedure() -> None:
    """20 shuffles, each learnt whole on some visitors and tested on the others: AUC 0.5 within 3 standard deviations (G4)."""
    frame, shop = frame_of(240, 2, seed=7, skill=2.0), shop_with()
    rng = np.random.default_rng(8)
    ahead = (frame["entity_key"] < 120).to_numpy()
    found, errors = [], []
    for _ in range(20):
        rows = Rows(frame.assign(label=rng.permutation(frame["label"])), NAMES)
        learnt = learn(Learning(shop, rows.take(~ahead), quiet))
        test = rows.take(ahead)
        scores, y = learnt.scorer.log_odds(test.X), test.y
        bought, others = scores[y == 1], scores[y == 0]
        found.append((bought[:, None] > others).mean() + (bought[:, None] == others).mean() / 2)
        errors.append((len(y) + 1) / (12 * len(bought) * len(others)))
    deviation = np.sqrt(np.mean(errors))
    assert abs(np.mean(found) - 0.5) < 3 * deviation / np.sqrt(20)
    assert max(abs(np.array(found) - 0.5)) < 4 * deviation
    truth = learn(Learning(shop, Rows(frame, NAMES).take(~ahead), quiet))
    rows = Rows(frame, NAMES).take(ahead)
    assert (
        np.corrcoef(truth.scorer.log_odds(rows.X), rows.y)[0, 1] > 0.3
    )  # the same procedure finds what is there


@pytest.mark.parametrize("order", ["as it is", "turned round"])
def test_the_folds_hang_on_the_ids_not_on_the_keys(order: str) -> None:
    frame = frame_of(60, 2, seed=9)
    plain = Rows(frame, NAMES)
    keys = frame["entity_key"] if order == "as it is" else 1000 - frame["entity_key"]
    other = Rows(frame.assign(entity_key=keys), NAMES)
    assert (other.groups == plain.groups).all()
    one, two = (split_by_fold(rows.groups, rows.y, 3, 4).fold_of for rows in (plain, other))
    assert (one == two).all()
