"""Boosted trees by XGBoost: the number of rounds decided by early stopping on folds grouped by entity."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from willbuy.errors import BundleError
from willbuy.models.candidates.growing import GrowingFold, Singles, grown, rounds_of_least_loss, weights
from willbuy.models.candidates.protocol import Integers, Preparing, check_rows
from willbuy.models.candidates.space import Range, Space
from willbuy.models.candidates.tuning import apart, folds_needed, own_groups
from willbuy.models.candidates.xgboost_arrays import based, forest_of
from willbuy.models.entity_folds import check_disjoint, entity_folds
from willbuy.models.scorers import Floats, TreesScorer
from willbuy.progress import StepCallback

if TYPE_CHECKING:
    import xgboost

Grow = Callable[[dict[str, Any], int], "xgboost.Booster"]

SMALL = 2_000_000  # values
TRIAL_PATIENCE = 12  # rounds: enough to tell settings apart


@dataclass(frozen=True)
class XGBoostCandidate:
    """XGBoost by histograms. `rounds` is the number of trees; None: decided by `tune`.

    Nothing is resampled and no class is weighted: the log-odds that leave stay near the base rate. The result
    does not depend on `threads` (None: by the size of the data), so threads are no part of the settings.
    """

    name: ClassVar[str] = "xgboost"
    space: ClassVar[Space] = {
        "depth": Range(2, 8, whole=True),
        "learning_rate": Range(0.05, 0.3, log=True),
        "min_child_weight": Range(1.0, 50.0, log=True),
        "l2": Range(0.1, 30.0, log=True),
        "subsample": Range(0.5, 1.0),
        "feature_share": Range(0.4, 1.0),
    }
    rounds: int | None = None
    depth: int = 4
    learning_rate: float = 0.1
    min_child_weight: float = 5.0  # in expected buyers, nearly: a leaf for fewer is chance
    l2: float = 1.0
    subsample: float = 1.0  # of the rows, drawn for each tree
    feature_share: float = 1.0  # of the features, drawn for each tree
    most_rounds: int = 500
    patience: int = 25
    folds: int = 3
    threads: int | None = None

    def with_settings(self, **settings: Any) -> Self:
        """The same candidate with some settings changed."""
        return replace(self, **settings)

    def hold_out(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers,
        fold_of: Integers,
        preparing: Preparing | None = None,
    ) -> Floats:
        """Log-odds (n,) of each row by trees of the rows of the other folds, as many as are best for their mean loss."""
        folds = self._folds(X, y, groups, fold_of, seed, 1.0, preparing)
        rounds = self.rounds or replace(self, patience=min(self.patience, TRIAL_PATIENCE))._stop(
            folds, X.size
        )
        log_odds = np.empty(len(y))
        for number, fold in enumerate(folds):
            log_odds[fold_of == number] = fold.log_odds(rounds)
        return log_odds

    def tune(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers | None = None,
        weight: float = 1.0,
        preparing: Preparing | None = None,
    ) -> Self:
        """The number of rounds with the least mean log loss over folds grouped by entity of these rows.

        Where a fold or two hold enough buyers to tell, the others are left out.
        """
        if self.rounds is not None:
            return self
        rows, labels = check_rows(X, y)
        entities = own_groups(labels, groups)
        fold_of = entity_folds(labels, entities, self.folds, seed)
        fold_of = np.where(fold_of < folds_needed(labels, fold_of), fold_of, -1)
        folds = self._folds(rows, labels, entities, fold_of, seed, weight, preparing)
        return replace(self, rounds=self._stop(folds, X.size))

    def _folds(
        self,
        X: Floats,
        labels: Integers,
        groups: Integers,
        fold_of: Integers,
        seed: int,
        weight: float,
        preparing: Preparing | None,
    ) -> list[GrowingFold]:
        """A booster for each of the folds 0 .. in `fold_of`; rows of no fold are learnt from by all."""
        folds = []
        rows: Any = X if preparing else _singles(X)  # what is prepared is narrowed only then
        for number in range(int(fold_of.max()) + 1):
            held = fold_of == number
            fitted, others = (_singles(part) for part in apart(rows, held, preparing))
            check_disjoint(groups[~held], groups[held])
            parameters = self._parameters(labels[~held], seed, fitted.size + others.size, weight)
            parameters["eval_metric"] = "logloss"
            folds.append(GrowingFold(parameters, fitted, others, labels, held, weight))
        return folds

    def _stop(self, folds: list[GrowingFold], size: int) -> int:
        at_once = 1 if self._threads(size) > 1 else self.threads or os.cpu_count() or 1
        return rounds_of_least_loss(folds, self.most_rounds, self.patience, min(at_once, len(folds)))

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
        weight: float = 1.0,
        say: StepCallback | None = None,
    ) -> TreesScorer:
        """Fit on all of these rows; tune first, on these rows alone, where the number of rounds is open."""
        import xgboost

        rows, labels = check_rows(X, y, feature_names)
        rounds = self.tune(rows, labels, seed, groups, weight).rounds
        # XGBoost reads doubles as float32 itself: no copy of all rows is needed, only their bins
        data = xgboost.QuantileDMatrix(
            rows, label=labels, weight=weights(labels, weight), nthread=self._threads(rows.size)
        )
        parameters = self._parameters(labels, seed, rows.size, weight)
        booster = grown(parameters, data, rounds or 0, say)
        booster, base = based(booster, parameters["base_score"])
        return _scorer(booster, base=base, sample=_singles(rows[:1000]))

    def fit_by(self, grow: Grow, rate: float, sample: Floats, seed: int) -> TreesScorer:
        """The scorer of trees that `grow` grows elsewhere, by these settings and so many rounds, of more rows than are here.

        `rate` is the share of buyers among them; `sample`, up to 1,000 rows of theirs, is what the arrays are checked on.
        """
        parameters = self._parameters_at(rate, seed, 1)
        booster, base = based(grow(parameters, self.rounds or 0), parameters["base_score"])
        return _scorer(booster, base=base, sample=_singles(sample[:1000]))

    def settings(self) -> dict[str, Any]:
        """The settings, for the manifest."""
        return {key: value for key, value in asdict(self).items() if key != "threads"}

    def _threads(self, size: int) -> int:
        """Small matrices take longer with several threads than with one, above all on a busy machine."""
        return self.threads or (1 if size < SMALL else os.cpu_count() or 1)

    def _parameters(self, labels: Integers, seed: int, size: int, weight: float) -> dict[str, Any]:
        rate = float(labels.mean(dtype=np.float64))
        return self._parameters_at(rate, seed, self._threads(size), weight)

    def _parameters_at(self, rate: float, seed: int, threads: int, weight: float = 1.0) -> dict[str, Any]:
        return {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": self.depth,
            "learning_rate": self.learning_rate,
            "min_child_weight": self.min_child_weight,
            "reg_lambda": self.l2,
            "subsample": self.subsample,
            "colsample_bytree": self.feature_share,
            "base_score": float(np.float32(weight * rate / (weight * rate + 1 - rate))),
            "seed": seed % 2**31,
            "nthread": threads,
            "seed_per_iteration": True,  # draws must not hang on which thread a fold is fitted in
            "verbosity": 0,
        }


def _singles(rows: Floats | Singles) -> Singles:
    """The rows as XGBoost holds them."""
    return rows.astype(np.float32, copy=False)


def _scorer(booster: "xgboost.Booster", base: np.float32, sample: Singles) -> TreesScorer:
    """The booster as flat arrays, checked against the booster on some of the training rows."""
    forest = forest_of(booster, sample.shape[1])
    scorer = TreesScorer(forest=forest, base=base, native=bytes(booster.save_raw("ubj")))
    booster.set_param({"nthread": 1})  # a thousand rows: handing them out would take longer
    gap = np.abs(
        scorer.log_odds(sample.astype(np.float64)) - booster.inplace_predict(sample, predict_type="margin")
    )
    if gap.max() > 1e-6:
        raise BundleError(
            f"the arrays and XGBoost differ by {gap.max():.1e} in log-odds; expected at most 1e-6"
        )
    return scorer
