"""The published figures of RetailTech come out again, beside the constant that they do not beat."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, roc_auc_score

from willbuy.reproductions.retailtech import PUBLISHED, TARGET, WANTED, published_scores, published_split


@pytest.fixture(scope="module")
def split(shared_data: Path) -> Any:
    return published_split(WANTED.read(shared_data / "retailtech" / WANTED.name))


@pytest.fixture(scope="module")
def scores(split: Any) -> Any:
    return published_scores(split)


def test_the_parts_are_the_published_ones(split: Any) -> None:
    assert [len(part) for part in split] == [559, 120, 121]
    assert int(split.test[TARGET].sum()) == 96


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["who"])
def test_a_published_model_comes_out_to_three_digits(row: Any, split: Any, scores: Any) -> None:
    found, y = scores[row["who"]], split.test[TARGET]
    assert round(f1_score(y, found > 0.5), 3) == row["figures"]["f1"]["value"]
    assert round(roc_auc_score(y, found), 3) == row["figures"]["roc_auc"]["value"]


def test_everyone_buys_has_the_greater_f1(split: Any, scores: Any) -> None:
    y = split.test[TARGET]
    assert round(f1_score(y, np.ones(len(y))), 3) == 0.885
    assert confusion_matrix(y, scores["logistic regression"] > 0.5).tolist() == [[0, 25], [1, 95]]
