"""Boosted trees by XGBoost: the number of rounds decided by early stopping on folds grouped by entity."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from willbuy.errors import BundleError
from willbuy.models.candidates.protocol import Integers, check_rows
from willbuy.models.candidates.tuning import own_groups
from willbuy.models.candidates.xgboost_arrays import forest_of
from willbuy.models.out_of_fold import check_disjoint, entity_folds
from willbuy.models.scorers import Floats, TreesScorer

if TYPE_CHECKING:
    import xgboost

SMALL = 400_000  # values


@dataclass(frozen=True)
class XGBoostCandidate:
    """XGBoost by histograms. `rounds` is the number of trees; None: decided by `tune`.

    Nothing is resampled and no class is weighted: the log-odds that leave stay near the base rate. The result
    does not depend on `threads` (None: by the size of the data), so threads are no part of the settings.
    """

    name: ClassVar[str] = "xgboost"
    rounds: int | None = None
    depth: int = 4
    learning_rate: float = 0.1
    min_child_weight: float = 1.0
    l2: float = 1.0
    most_rounds: int = 500
    patience: int = 25
    folds: int = 3
    threads: int | None = None

    def tune(self, X: Floats, y: Integers, seed: int, groups: Integers | None = None) -> Self:
        """The number of rounds with the least mean log loss over folds grouped by entity of these rows."""
        if self.rounds is not None:
            return self
        rows, labels = check_rows(X, y)
        return replace(self, rounds=self._stop(rows, labels, own_groups(labels, groups), seed))

    def _stop(self, rows: Floats, labels: Integers, groups: Integers, seed: int) -> int:
        import xgboost

        fold_of = entity_folds(labels, groups, self.folds, seed)
        parts = []
        for fold in range(int(fold_of.max()) + 1):
            held = np.flatnonzero(fold_of == fold)
            fitted = np.flatnonzero(fold_of != fold)
            check_disjoint(groups[fitted], groups[held])
            parts.append((fitted, held))
        losses = xgboost.cv(
            {**self._parameters(labels, seed, rows.size), "eval_metric": "logloss"},
            xgboost.DMatrix(_singles(rows), label=labels, nthread=self._threads(rows.size)),
            num_boost_round=self.most_rounds,
            folds=parts,
            early_stopping_rounds=self.patience,
            as_pandas=False,
        )
        return int(np.argmin(losses["test-logloss-mean"])) + 1

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
    ) -> TreesScorer:
        """Fit on all of these rows; tune first, on these rows alone, where the number of rounds is open."""
        import xgboost

        rows, labels = check_rows(X, y, feature_names)
        rounds = self.tune(rows, labels, seed, groups).rounds
        singles = _singles(rows)
        data = xgboost.QuantileDMatrix(singles, label=labels, nthread=self._threads(rows.size))
        parameters = self._parameters(labels, seed, rows.size)
        booster = xgboost.train(parameters, data, num_boost_round=rounds or 0)
        return _scorer(booster, base=_base(parameters, singles.shape[1]), sample=singles[:1000])

    def settings(self) -> dict[str, Any]:
        """The settings, for the manifest."""
        return {key: value for key, value in asdict(self).items() if key != "threads"}

    def _threads(self, size: int) -> int:
        """Small matrices take longer with several threads than with one, above all on a busy machine."""
        return self.threads or (1 if size < SMALL else os.cpu_count() or 1)

    def _parameters(self, labels: Integers, seed: int, size: int) -> dict[str, Any]:
        return {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": self.depth,
            "learning_rate": self.learning_rate,
            "min_child_weight": self.min_child_weight,
            "reg_lambda": self.l2,
            "base_score": float(np.float32(labels.mean(dtype=np.float64))),
            "seed": seed % 2**31,
            "nthread": self._threads(size),
            "verbosity": 0,
        }


def _singles(rows: Floats) -> np.typing.NDArray[np.float32]:
    """The rows as XGBoost holds them."""
    return rows.astype(np.float32)


def _base(parameters: dict[str, Any], n_features: int) -> np.float32:
    """What XGBoost starts every sum of leaves from: asked of it, so that not even the last bit is a guess."""
    import xgboost

    blank = xgboost.DMatrix(np.zeros((1, n_features), dtype=np.float32), label=np.zeros(1), nthread=1)
    nothing = xgboost.train({**parameters, "nthread": 1}, blank, num_boost_round=0)
    return np.float32(nothing.predict(blank, output_margin=True)[0])


def _scorer(
    booster: "xgboost.Booster", base: np.float32, sample: np.typing.NDArray[np.float32]
) -> TreesScorer:
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
