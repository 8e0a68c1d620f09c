"""Ours beside others on the same rows: the rows are the same, and every row is held out by a model that never saw it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from willbuy.evaluation.rules import EVERYONE, Rule
from willbuy.pipeline.rows import Rows
from willbuy.reproductions.online_shoppers import TARGET, WANTED, published_split
from willbuy.reproductions.our_side import OURS, cross_validate_ours, hold_ours_out, rows_of, table_shop
from willbuy.reproductions.our_table import OurTable
from willbuy.shop import Shop

MORE = Rule("more", "the more, the likelier", {"signal": None}, "more")


@pytest.fixture(scope="module")
def shop() -> Shop:
    plain = table_shop("bought")
    quick = {"candidates": ("logistic",), "trials": 0, "bootstrap": 100}
    return plain.model_copy(update={"train": plain.train.model_copy(update=quick)})


def made_up(n: int, strength: float, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    signal, noise = random.normal(size=(2, n))
    bought = random.random(n) < 1 / (1 + np.exp(1.5 - strength * signal))
    return rows_of(
        pd.DataFrame({"signal": signal, "noise": noise}), ["signal", "noise"], bought, list(range(n))
    )


def test_a_method_that_knows_the_outcome_is_held_against_ours_row_by_row(shop: Shop) -> None:
    train, test = made_up(600, 1.5, seed=1), made_up(300, 1.5, seed=2)
    knows = test.y.astype(np.float64)
    found = hold_ours_out("rows", shop, train, test, methods={"knows": knows}, rules=(EVERYONE, MORE))
    assert found.both.metrics["knows"]["roc_auc"]["value"] == 1.0
    assert 0.75 < found.both.values[OURS]["roc_auc"] < 0.95
    gap = found.minus("knows", ["roc_auc"])["figures"]["roc_auc"]
    assert gap["value"] is not None
    assert gap["value"] < 0
    rows = found.rows([OURS, "more"], ["roc_auc", "f1"])
    assert [row["who"] for row in rows] == [OURS, MORE.words]
    assert (rows[0]["n"], rows[0]["note"]) == (300, "logistic")


def test_every_row_is_held_out_once_in_each_repeat(shop: Shop) -> None:
    rows = made_up(200, 0.0, seed=3)
    found = cross_validate_ours("rows", shop, rows, folds=4, repeats=2, rules=(EVERYONE,))
    assert (found.both.metrics[OURS]["n"], found.both.metrics[OURS]["entities"]) == (400, 200)
    assert len(found.by_fold) == 8
    assert np.isfinite(found.scores[OURS]).all()
    assert found.mean_of_folds()["figures"]["roc_auc"]["value"] == pytest.approx(0.5, abs=0.15)


def test_the_rows_of_a_table_are_those_of_the_published_split(shared_data: Path) -> None:
    file = shared_data / "uci_online_shoppers" / WANTED.name
    split = published_split(WANTED.read(file))
    table = OurTable.read(file, "online_shoppers")
    for part in split:
        rows: Any = table.rows(part.index.to_numpy())
        assert np.array_equal(rows.y == 1, part[TARGET])
        assert np.array_equal(rows.frame["PageValues"], part["PageValues"])
    assert "PageValues" not in OurTable.read(file, "online_shoppers_known").rows(np.array([0])).names
