"""Out-of-fold predictions: each row scored by a model that saw no row of its entity.

They are what calibration, thresholds and the choice between candidates are made on.
"""

import numpy as np

from willbuy.models.candidates.protocol import Candidate, Integers, Preparing, check_rows
from willbuy.models.candidates.tuning import apart
from willbuy.models.entity_folds import check_disjoint, entity_folds, sample_of_entities
from willbuy.models.scorers import Floats

__all__ = ["check_disjoint", "entity_folds", "out_of_fold", "sample_of_entities"]


def out_of_fold(
    candidate: Candidate,
    X: Floats,
    y: Integers,
    groups: Integers,
    folds: int,
    seed: int,
    enough: int | None = None,
    preparing: Preparing | None = None,
) -> Floats:
    """Log-odds (n,) in which each row's comes from a model fitted on the rows of other entities.

    A candidate with open settings tunes itself inside each fold's training rows; a tuned one is fitted as it is.
    With `enough`, no further fold is fitted once the folds so far hold that many positives; the rows of the
    folds that were left out are NaN. Raises NotEnoughData with counts where fewer than two entities buy or fewer than two do not.
    """
    rows, labels = check_rows(X, y)
    entities = np.asarray(groups)
    fold_of = entity_folds(labels, entities, folds, seed)
    log_odds = np.full(len(labels), np.nan)
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        if enough is not None and int(labels[fold_of < fold].sum()) >= enough:
            break
        check_disjoint(entities[~held], entities[held])
        fitted, others = apart(rows, held, preparing)
        names = [f"column {number}" for number in range(fitted.shape[1])]
        scorer = candidate.fit(fitted, labels[~held], seed, names, entities[~held])
        log_odds[held] = scorer.log_odds(others)
    return log_odds
