"""Out-of-fold predictions: grouped by entity, balanced, never seen by the model, honest on labels of chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import NotEnoughData, SplitError
from willbuy.models.candidates import LogisticCandidate, XGBoostCandidate
from willbuy.models.out_of_fold import check_disjoint, entity_folds, out_of_fold

QUICK = (LogisticCandidate(strength=0.1), XGBoostCandidate(rounds=20, threads=1))


class Watched:
    """A candidate that records what it was fitted on and scores with the number of its fit."""

    name = "watched"

    def __init__(self) -> None:
        self.fits: list[tuple[set[int], set[int]]] = []

    def fit(self, X, y, seed, feature_names, groups=None):
        self.fits.append((set(groups.tolist()), set(X[:, 0].tolist())))
        return self

    def log_odds(self, X):
        fitted_rows = self.fits[-1][1]
        assert not fitted_rows & set(X[:, 0].tolist())
        return np.full(len(X), float(len(self.fits)))


def test_no_row_is_scored_by_a_model_that_saw_its_entity(rows):
    candidate = Watched()
    X = np.column_stack((np.arange(len(rows.y)), rows.X))
    fold_of_row = out_of_fold(candidate, X, rows.y, rows.groups, 5, seed=3)
    assert sorted(set(fold_of_row)) == [1, 2, 3, 4, 5]
    for number, (entities, _) in enumerate(candidate.fits, start=1):
        assert not entities & set(rows.groups[fold_of_row == number].tolist())


@given(
    seed=st.integers(0, 2**32),
    entities=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=4, max_size=60),
    folds=st.integers(2, 6),
)
def test_folds_keep_entities_whole_and_spread_buyers(seed, entities, folds):
    groups = np.concatenate([np.full(n, 7 * key) for key, (n, _) in enumerate(entities)])
    y = np.concatenate([np.arange(n) < bought for n, bought in entities])
    buyers, others = set(groups[y]), set(groups) - set(groups[y])
    if min(len(buyers), len(others)) < 2:
        with pytest.raises(NotEnoughData, match=f"{len(buyers)} of {len(entities)} entities buy"):
            entity_folds(y, groups, folds, seed)
        return
    fold_of = entity_folds(y, groups, folds, seed)
    count = min(folds, len(buyers), len(others))
    assert set(fold_of) == set(range(count))
    for part in (buyers, others):  # whole, and dealt evenly
        dealt = [{int(fold) for fold in fold_of[groups == key]} for key in part]
        assert all(len(of_one) == 1 for of_one in dealt)
        sizes = np.bincount([of_one.pop() for of_one in dealt], minlength=count)
        assert sizes.max() - sizes.min() <= 1
    order = np.random.default_rng(1).permutation(len(y))
    assert (entity_folds(y[order], groups[order], folds, seed) == fold_of[order]).all()


def test_a_seed_decides_and_another_decides_otherwise(rows):
    one, again, other = (entity_folds(rows.y, rows.groups, 5, seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_folds_are_of_like_size_and_base_rate(rows):
    fold_of = entity_folds(rows.y, rows.groups, 5, seed=1)
    sizes = np.bincount(fold_of)
    rates = [rows.y[fold_of == fold].mean() for fold in range(5)]
    assert sizes.max() / sizes.min() < 1.05
    assert max(rates) / min(rates) < 1.1


def test_shared_entities_raise():
    with pytest.raises(SplitError, match="2 entities stand both"):
        check_disjoint(np.array([1, 2, 3, 3]), np.array([3, 2, 9]))
    check_disjoint(np.array([1]), np.array([], dtype=int))


@pytest.mark.parametrize("room", ["out_of_fold", "candidates.boosting"])
def test_folds_that_share_an_entity_stop_the_fit(rows, monkeypatch, room):
    """Whoever breaks the dealing of folds one day must find every fit refused, not a better figure."""
    torn = np.arange(len(rows.y)) % 3
    monkeypatch.setattr(f"willbuy.models.{room}.entity_folds", lambda *_: torn)
    with pytest.raises(SplitError, match="entities stand both"):
        if room == "out_of_fold":
            out_of_fold(QUICK[0], rows.X, rows.y, rows.groups, 3, seed=1)
        else:
            XGBoostCandidate(threads=1).tune(rows.X, rows.y, 1, rows.groups)


@pytest.mark.parametrize("y", [[0] * 8, [1] * 8, [1, 1, 0, 0, 0, 0, 0, 0]])
def test_too_few_entities_on_a_side_say_how_many(y):
    groups = np.array([1, 1, 2, 3, 4, 5, 6, 7])
    with pytest.raises(NotEnoughData, match=r"of 8 training rows buy|1 of 7 entities buy \(2 of 8 rows\)"):
        out_of_fold(QUICK[0], np.zeros((8, 1)), np.array(y), groups, 5, seed=1)


@pytest.mark.parametrize("candidate", QUICK, ids=lambda c: c.name)
def test_two_buyers_make_two_folds(candidate):
    random = np.random.default_rng(1)
    y = np.zeros(40, dtype=int)
    y[[3, 30]] = 1
    log_odds = out_of_fold(candidate, random.normal(size=(40, 3)), y, np.arange(40), 5, seed=1)
    assert np.isfinite(log_odds).all()


@pytest.mark.parametrize("candidate", QUICK, ids=lambda c: c.name)
def test_shuffled_labels_cannot_be_predicted(candidate, more_rows):
    """G4: whatever is fitted is fitted inside the folds, so that labels of chance give an AUC of one half."""
    from sklearn.metrics import roc_auc_score

    rows = more_rows(1500, seed=4)
    random = np.random.default_rng(5)
    entities = np.unique(rows.groups)
    values = []
    for _ in range(20):
        # whole entities are exchanged, labels and all: what stays is the likeness of an entity's rows
        liking = random.random(entities.max() + 1)[rows.groups]
        y = (random.random(len(rows.groups)) < 0.3 * liking).astype(np.int8)
        log_odds = out_of_fold(candidate, rows.X, y, rows.groups, 3, seed=6)
        values.append(roc_auc_score(y, log_odds))
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(np.mean(values) - 0.5) < 3 * max(error, 0.002)


def test_groups_that_do_not_fit_are_refused(rows):
    with pytest.raises(ValueError, match="expected one group a row"):
        entity_folds(rows.y, rows.groups[:-1], 5, 1)
    with pytest.raises(ValueError, match=r"expected \(n, features\) and \(n,\)"):
        out_of_fold(QUICK[0], rows.X[:-1], rows.y, rows.groups, 5, 1)
