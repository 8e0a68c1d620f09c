"""Random forest by scikit-learn, on a declared sample of the rows, bounded so that its arrays stay small."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from willbuy.models.candidates.forest_arrays import forest_of
from willbuy.models.candidates.protocol import Integers, check_rows
from willbuy.models.candidates.tuning import own_groups
from willbuy.models.out_of_fold import sample_of_entities
from willbuy.models.scorers import Floats, ForestScorer


@dataclass(frozen=True)
class ForestCandidate:
    """A forest of trees that each see a draw of the rows, and at each split a draw of the features.

    Where there are more than `rows` rows, entities are drawn whole until about that many are left; each tree then draws
    `tree_rows` of them with replacement: a forest of many trees learns as much, in a fraction of the time. A null has its own way
    at every split. The result does not depend on `threads` (None: all), so threads are no part of the settings.
    """

    name: ClassVar[str] = "forest"
    trees: int = 100
    depth: int = 8
    min_leaf: int = 20
    feature_share: float = 0.2  # of the features, drawn at each split
    rows: int = 100_000
    tree_rows: int = 10_000
    threads: int | None = None

    def tune(self, X: Floats, y: Integers, seed: int, groups: Integers | None = None) -> Self:
        """The same candidate: none of its settings is open."""
        return self

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
    ) -> ForestScorer:
        """Fit on these rows, or on the declared sample of them."""
        rows, labels = check_rows(X, y, feature_names)
        kept = sample_of_entities(own_groups(labels, groups), self.rows, seed)
        if not kept.all():
            rows, labels = check_rows(rows[kept], labels[kept], feature_names)
        model = self._model(seed, len(labels))
        model.fit(rows.astype(np.float32), labels)
        trees = [member.tree_ for member in model.estimators_]
        return ForestScorer(forest=forest_of(trees, rows.shape[1]), floor=0.5 / len(labels), shift=0.0)

    def _model(self, seed: int, n: int) -> Any:
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(
            n_estimators=self.trees,
            max_depth=self.depth,
            min_samples_leaf=self.min_leaf,
            max_features=self.feature_share,
            max_samples=min(self.tree_rows, n),
            random_state=seed % 2**32,
            n_jobs=self.threads or os.cpu_count() or 1,
        )

    def settings(self) -> dict[str, Any]:
        """The settings, for the manifest."""
        return {key: value for key, value in asdict(self).items() if key != "threads"}
