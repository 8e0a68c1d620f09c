"""Candidates judged on dealt folds: dealings, what a dealing's folds say, who is chosen."""

import numpy as np
import pytest

from willbuy.models.candidates import ForestCandidate, LogisticCandidate
from willbuy.models.entity_folds import entity_folds
from willbuy.models.judged import Judging
from willbuy.models.out_of_fold import out_of_fold

QUICK = {"logistic": LogisticCandidate(strength=0.1), "forest": ForestCandidate(trees=8, threads=1)}


@pytest.fixture(scope="module")
def few(more_rows):
    return more_rows(1500, seed=5)


def judge(rows, candidates=QUICK, say=lambda _: None, **how):
    given = {"metric": "average_precision", "folds": 3, "seed": 2, **how}
    return Judging(**given).judge(candidates, rows.X, rows.y, rows.groups, say)


def test_one_dealing_is_what_out_of_fold_gives(few):
    found = judge(few)
    held = out_of_fold(QUICK["forest"], few.X, few.y, few.groups, 3, 2)
    assert found.log_odds["forest"].tolist() == held.tolist()
    assert found.rows.all()
    assert (found.dealt, found.repeats) == (3, 1)
    assert found.chosen == max(found.values, key=found.values.get)


def test_the_figure_of_a_fold_is_of_its_rows_alone(few):
    from sklearn.metrics import average_precision_score

    found, fold_of = judge(few), entity_folds(few.y, few.groups, 3, 2)
    expected = [
        average_precision_score(few.y[fold_of == fold], found.log_odds["logistic"][fold_of == fold])
        for fold in range(3)
    ]
    assert found.by_fold["logistic"].tolist() == pytest.approx(expected, rel=1e-12)


def test_each_dealing_is_another_one_and_all_of_them_choose(few):
    said = []
    found = judge(few, repeats=3, say=said.append)
    alone = [judge(few, seed=2 + number) for number in range(3)]
    for name in QUICK:
        assert found.by_fold[name].tolist() == np.concatenate([one.by_fold[name] for one in alone]).tolist()
        assert found.values[name] == pytest.approx(np.mean([one.values[name] for one in alone]), rel=1e-12)
        assert found.log_odds[name].tolist() == alone[0].log_odds[name].tolist()
    assert len(set(found.by_fold["forest"])) == 9
    assert said[0] == "out-of-fold predictions of logistic, dealing 1"
    assert len(said) == 6


def test_less_is_better_for_the_log_loss(few):
    found = judge(few, metric="log_loss")
    assert all((of > 0).all() for of in found.by_fold.values())
    assert found.chosen == min(found.values, key=found.values.get)


def test_folds_that_are_not_needed_are_not_judged(few):
    found = judge(few, folds=5, enough=int(few.y.sum()) // 3)
    assert 0 < len(found.by_fold["forest"]) < 5
    assert found.dealt == 5
    assert found.rows.sum() == len(found.log_odds["forest"]) < len(few.y)


def test_a_single_candidate_is_dealt_once(few):
    found = judge(few, candidates={"logistic": QUICK["logistic"]}, repeats=4)
    assert (found.repeats, len(found.by_fold["logistic"])) == (1, 3)
