"""Random forest by scikit-learn, on a declared sample of the rows, bounded so that its arrays stay small."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from willbuy.models.candidates.forest_arrays import forest_of
from willbuy.models.candidates.protocol import Integers, Preparing, check_rows
from willbuy.models.candidates.space import Range, Space
from willbuy.models.candidates.tuning import fold_by_fold, own_groups
from willbuy.models.entity_folds import sample_of_entities
from willbuy.models.scorers import Floats, ForestScorer
from willbuy.progress import StepCallback

TRIAL_TREES = 20  # tell good settings from bad; the forest that leaves has more


@dataclass(frozen=True)
class ForestCandidate:
    """A forest of trees that each see a draw of the rows, and at each split a draw of the features.

    Where there are more than `rows` rows, entities are drawn whole until about that many are left; each tree then draws
    `tree_rows` of them with replacement: a forest of many trees learns as much, in a fraction of the time. A null has its own way
    at every split. The result does not depend on `threads` (None: all), so threads are no part of the settings.
    """

    name: ClassVar[str] = "forest"
    space: ClassVar[Space] = {
        "depth": Range(4, 12, whole=True),
        "min_leaf": Range(5, 100, log=True, whole=True),
        "feature_share": Range(0.1, 0.6),
    }
    trees: int = 60
    depth: int = 8
    min_leaf: int = 10
    feature_share: float = 0.2  # of the features, drawn at each split
    rows: int = 50_000
    tree_rows: int = 5_000
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
        """Log-odds (n,) of each row by a smaller forest of the rows of the other folds."""
        smaller = replace(self, trees=min(self.trees, TRIAL_TREES))
        return fold_by_fold(smaller, X, y, seed, groups, fold_of, preparing)

    def tune(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers | None = None,
        weight: float = 1.0,
        preparing: Preparing | None = None,
    ) -> Self:
        """The same candidate: none of its settings is open."""
        return self

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
        weight: float = 1.0,
        say: StepCallback | None = None,
    ) -> ForestScorer:
        """Fit on these rows, or on the declared sample of them."""
        rows, labels = check_rows(X, y, feature_names)
        kept = sample_of_entities(own_groups(labels, groups), self.rows, seed)
        if not kept.all():
            rows, labels = check_rows(rows[kept], labels[kept], feature_names)
        model = self._model(seed, len(labels), weight)
        model.fit(rows.astype(np.float32), labels)
        trees = [member.tree_ for member in model.estimators_]
        forest = forest_of(trees, rows.shape[1])
        return ForestScorer(forest=forest, floor=0.5 / len(labels), shift=0.0)

    def _model(self, seed: int, n: int, weight: float = 1.0) -> Any:
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(
            n_estimators=self.trees,
            max_depth=self.depth,
            min_samples_leaf=self.min_leaf,
            max_features=self.feature_share,
            max_samples=min(self.tree_rows, n),
            class_weight=None if weight == 1 else {0: 1.0, 1: weight},
            random_state=seed % 2**32,
            n_jobs=self.threads or os.cpu_count() or 1,
        )

    def settings(self) -> dict[str, Any]:
        """The settings, for the manifest."""
        return {key: value for key, value in asdict(self).items() if key != "threads"}
