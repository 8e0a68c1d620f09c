"""Folds and samples in which an entity is never torn: whoever is scored was not learnt from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData, SplitError
from willbuy.models.rows import remedy

Folds = NDArray[np.int64]
Integers = NDArray[np.integer[Any]]


def entity_folds(y: Integers, groups: Integers, folds: int, seed: int) -> Folds:
    """The fold (0 ..) of each row: an entity stands in one fold whole, and buyers are spread evenly.

    Buyers are dealt by how often they buy, the others by how many rows they have, back and forth over the folds;
    the seed decides among equals. The order of the rows plays no part. There are fewer folds where fewer
    entities than `folds` buy (or do not).

    >>> entity_folds(np.array([1, 0, 0, 1, 0, 0]), np.array([7, 7, 8, 9, 4, 4]), folds=2, seed=1).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    labels, entities = np.asarray(y), np.asarray(groups)
    if labels.shape != entities.shape or labels.ndim != 1:
        raise ValueError(f"y has shape {labels.shape}, groups {entities.shape}; expected one group a row")
    unique, index = np.unique(entities, return_inverse=True)
    rows = np.bincount(index)
    bought = np.bincount(index, weights=labels != 0).astype(np.int64)
    buyers, others = np.flatnonzero(bought), np.flatnonzero(bought == 0)
    count = min(folds, len(buyers), len(others))
    if count < 2:
        raise NotEnoughData(
            f"{len(buyers)} of {len(unique)} entities buy ({int(bought.sum())} of {len(labels)} rows); "
            "predictions on unseen entities need at least 2 that buy and 2 that do not. "
            f"{remedy(len(buyers), len(others))}"
        )
    random = np.random.default_rng(seed)
    fold_of = np.empty(len(unique), dtype=np.int64)
    fold_of[buyers] = _deal(bought[buyers], count, random, start=0)
    fold_of[others] = _deal(rows[others], count, random, start=count - 1)
    return fold_of[index]


def _deal(weights: NDArray[Any], folds: int, random: np.random.Generator, start: int) -> Folds:
    """Deal members heaviest first over the folds, there and back again: 0 1 2 2 1 0 0 1 ..."""
    order = np.lexsort((random.permutation(len(weights)), -weights))
    turn = np.arange(len(weights)) % (2 * folds)
    there_and_back = np.where(turn < folds, turn, 2 * folds - 1 - turn)
    dealt = np.empty(len(weights), dtype=np.int64)
    dealt[order] = there_and_back if start == 0 else folds - 1 - there_and_back
    return dealt


def sample_of_entities(groups: Integers, rows: int, seed: int) -> NDArray[np.bool_]:
    """Which rows (n,) to keep so that about `rows` are left: entities whole, drawn by the seed; all where that is enough.

    >>> sample_of_entities(np.array([1, 1, 2, 3, 3]), rows=9, seed=1).all()
    np.True_
    """
    entities = np.asarray(groups)
    if len(entities) <= rows:
        return np.ones(len(entities), dtype=np.bool_)
    unique, index = np.unique(entities, return_inverse=True)
    drawn = np.random.default_rng(seed).random(len(unique)) < rows / len(entities)
    return np.asarray(drawn[index], dtype=np.bool_)


def check_disjoint(fitted: Integers, scored: Integers) -> None:
    """Raise SplitError where an entity stands on both sides.

    >>> check_disjoint(np.array([1, 2]), np.array([2, 3]))
    Traceback (most recent call last):
    ...
    willbuy.errors.SplitError: 1 entities stand both in the rows a model is fitted on and in those it scores
    """
    shared = np.intersect1d(fitted, scored).size
    if shared:
        raise SplitError(
            f"{shared} entities stand both in the rows a model is fitted on and in those it scores"
        )
