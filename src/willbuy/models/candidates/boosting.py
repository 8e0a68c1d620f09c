"""Boosted trees by XGBoost: the number of rounds decided by early stopping on folds grouped by entity."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.candidates.protocol import Integers, check_rows
from willbuy.models.candidates.tuning import own_groups
from willbuy.models.candidates.xgboost_arrays import forest_of
from willbuy.models.out_of_fold import check_disjoint, entity_folds
from willbuy.models.scorers import Floats, TreesScorer

if TYPE_CHECKING:
    import xgboost

Singles = NDArray[np.float32]
SMALL = 2_000_000  # values


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
    min_child_weight: float = 5.0  # in expected buyers, nearly: a leaf for fewer is chance
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
        """Grow one model a fold side by side; stop once the folds' mean loss has not fallen for `patience` rounds."""
        parameters = {**self._parameters(labels, seed, rows.size), "eval_metric": "logloss"}
        folds = [
            _Fold(parameters, *part) for part in _parts(_singles(rows), labels, groups, self.folds, seed)
        ]
        best, least = 1, np.inf
        for number in range(1, self.most_rounds + 1):
            loss = float(np.mean([fold.grow() for fold in folds]))
            if loss < least:
                best, least = number, loss
            if number >= best + self.patience:
                break
        return best

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


class _Fold:
    """A booster that grows on the rows of some entities and is held against the rows of the others."""

    def __init__(
        self, parameters: dict[str, Any], fitted: tuple[Singles, Integers], held: tuple[Singles, Integers]
    ) -> None:
        import xgboost

        threads = parameters["nthread"]
        # In bins from the start: a byte a value rather than eight
        self._fitted = xgboost.QuantileDMatrix(fitted[0], label=fitted[1], nthread=threads)
        self._held = xgboost.QuantileDMatrix(held[0], label=held[1], ref=self._fitted, nthread=threads)
        self._booster = xgboost.Booster(parameters, [self._fitted, self._held])
        self._rounds = 0

    def grow(self) -> float:
        """Add one tree; the log loss on the rows held out."""
        self._booster.update(self._fitted, self._rounds)
        self._rounds += 1
        return float(self._booster.eval(self._held).rsplit(":", 1)[1])


def _parts(
    singles: Singles, labels: Integers, groups: Integers, folds: int, seed: int
) -> Iterator[tuple[tuple[Singles, Integers], tuple[Singles, Integers]]]:
    fold_of = entity_folds(labels, groups, folds, seed)
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        check_disjoint(groups[~held], groups[held])
        yield (singles[~held], labels[~held]), (singles[held], labels[held])


def _singles(rows: Floats) -> Singles:
    """The rows as XGBoost holds them."""
    return rows.astype(np.float32)


def _base(parameters: dict[str, Any], n_features: int) -> np.float32:
    """What XGBoost starts every sum of leaves from: asked of it, so that not even the last bit is a guess."""
    import xgboost

    blank = xgboost.DMatrix(np.zeros((1, n_features), dtype=np.float32), label=np.zeros(1), nthread=1)
    nothing = xgboost.train({**parameters, "nthread": 1}, blank, num_boost_round=0)
    return np.float32(nothing.predict(blank, output_margin=True)[0])


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
