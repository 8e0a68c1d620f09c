"""A candidate that is shown buyers more often than they are: by a weight, by fewer of the others, or by both.

Both raise what it learns to say by a known number of log-odds, and that number is taken off the scorer that leaves
(King & Zeng 2001, "Logistic regression in rare events data"): a weight w on buyers adds log w; keeping a share b of
those who do not buy adds -log b, so that p = b p' / (b p' - p' + 1).

That is exact for a model that fits; one that must stretch to fit the weighted rows is left a little off. So the mean
probability is then brought to the base rate, on rows that it was fitted on, of the rows as they were.

Neither is the default. Neither helps a ranking much; sampling makes a fit on very many rows faster.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.models.calibration import shift_to
from willbuy.models.candidates.around import Around
from willbuy.models.candidates.protocol import Integers, Preparing, check_rows
from willbuy.models.candidates.raised import raised
from willbuy.models.candidates.tuning import fold_by_fold, own_groups
from willbuy.models.scorers import Floats, Scorer
from willbuy.progress import StepCallback

MEASURED = 50_000  # rows that the mean probability is measured on
FEWEST = 1000  # rows that do not buy: of fewer, all are kept
ClassWeight = float | Literal["balanced"] | None


@dataclass(frozen=True)
class Reweighted(Around):
    """Any candidate, shown buyers more often in its fit, and put right after it.

    `class_weight`: how many times a buyer counts; `balanced` makes both outcomes count alike.
    `negatives_per_positive`: how many rows that do not buy are kept for each that does, drawn by the seed;
    never fewer than 1,000.
    """

    class_weight: ClassWeight = None
    negatives_per_positive: float | None = None

    def settings(self) -> dict[str, Any]:
        """The family's settings and the two of this file, for the manifest."""
        own = {"class_weight": self.class_weight, "negatives_per_positive": self.negatives_per_positive}
        return {**self.candidate.settings(), **own}

    def hold_out(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers,
        fold_of: Integers,
        preparing: Preparing | None = None,
    ) -> Floats:
        """Log-odds (n,) of each row by a fit on rows of the other folds; all rows are scored, as many as there are."""
        tuned = self.tune(X, y, seed, groups, preparing=preparing)
        return fold_by_fold(tuned, X, y, seed, groups, fold_of, preparing)

    def tune(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers | None = None,
        weight: float = 1.0,
        preparing: Preparing | None = None,
    ) -> Self:
        """The same candidate with its open settings decided on the rows that a fit would see, as it would weigh them."""
        labels = np.asarray(y)
        kept, _ = self._kept(labels, seed)
        entities = own_groups(labels, groups)[kept]
        weight *= self._weight(labels[kept])
        tuned = self.candidate.tune(X[kept], labels[kept], seed, entities, weight, preparing)
        return replace(self, candidate=tuned)

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
        weight: float = 1.0,
        say: StepCallback | None = None,
    ) -> Scorer:
        """Fit on these rows or those kept of them; the scorer's log-odds are those of the rows as they were."""
        rows, labels = check_rows(X, y, feature_names)
        kept, share = self._kept(labels, seed)
        weight *= self._weight(labels[kept])
        entities = own_groups(labels, groups)[kept]
        scorer = self.candidate.fit(rows[kept], labels[kept], seed, feature_names, entities, weight, say)
        scorer = raised(scorer, math.log(share) - math.log(weight))
        some = np.random.default_rng(seed).permutation(len(labels))[:MEASURED]
        return raised(scorer, shift_to(scorer.log_odds(rows[some]), float(labels[some].mean())))

    def _weight(self, labels: Integers) -> float:
        """How many times a buyer counts among these rows."""
        if self.class_weight == "balanced":
            buyers = int(np.count_nonzero(labels))
            return (len(labels) - buyers) / max(1, buyers)
        return float(self.class_weight or 1.0)

    def _kept(self, labels: Integers, seed: int) -> tuple[NDArray[np.int64] | slice, float]:
        """The rows kept, in their order, and the share of those that do not buy among them."""
        others = np.flatnonzero(labels == 0)
        wanted = len(others)
        if self.negatives_per_positive is not None:
            wanted = max(FEWEST, math.ceil(self.negatives_per_positive * np.count_nonzero(labels)))
        if wanted >= len(others):
            return slice(None), 1.0
        drawn = np.random.default_rng(seed).permutation(others)[:wanted]
        return np.sort(np.concatenate((np.flatnonzero(labels), drawn))), wanted / len(others)
