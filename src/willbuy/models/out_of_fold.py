"""Out-of-fold predictions: each row scored by a model that saw no row of its entity.

They are what calibration, thresholds and the choice between candidates are made on.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData, SplitError
from willbuy.models.candidates.protocol import Candidate, Integers, check_rows
from willbuy.models.rows import remedy
from willbuy.models.scorers import Floats

Folds = NDArray[np.int64]


def out_of_fold(
    candidate: Candidate,
    X: Floats,
    y: Integers,
    groups: Integers,
    folds: int,
    seed: int,
    enough: int | None = None,
) -> Floats:
    """Log-odds (n,) in which each row's comes from a model fitted on the rows of other entities.

    A candidate with open settings tunes itself inside each fold's training rows; a tuned one is fitted as it is.
    With `enough`, no further fold is fitted once the folds so far hold that many positives; the rows of the
    folds that were left out are NaN. Raises NotEnoughData with counts where fewer than two entities buy or fewer than two do not.
    """
    rows, labels = check_rows(X, y)
    entities = np.asarray(groups)
    fold_of = entity_folds(labels, entities, folds, seed)
    names = [f"column {number}" for number in range(rows.shape[1])]
    log_odds = np.full(len(labels), np.nan)
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        if enough is not None and int(labels[fold_of < fold].sum()) >= enough:
            break
        check_disjoint(entities[~held], entities[held])
        scorer = candidate.fit(rows[~held], labels[~held], seed, names, entities[~held])
        log_odds[held] = scorer.log_odds(rows[held])
    return log_odds


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
