"""A candidate for raw columns: whatever is fitted between them and a model is fitted with it, on the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from willbuy.models.candidates.around import Around
from willbuy.models.candidates.boosting import XGBoostCandidate
from willbuy.models.candidates.protocol import Candidate, Integers, Preparing, check_rows
from willbuy.models.prepare import Preparation
from willbuy.models.scorers import Floats, PreparedScorer
from willbuy.progress import StepCallback

GENTLE = {"learning_rate": 0.05, "subsample": 0.8, "feature_share": 0.6}
"""Where XGBoost starts from on a table, which has fewer rows than a log has snapshots. By cross-validation on the training part
of UCI's Online Shoppers this is better without PageValues and no worse with it; on RetailTech's sessions it is no worse."""


def for_table(candidate: Candidate, preparation: Preparation) -> "PreparedCandidate":
    """A candidate for the raw columns of a table; XGBoost learns in smaller steps, each on a draw of rows and columns."""
    if candidate.name == XGBoostCandidate.name:
        candidate = candidate.with_settings(**GENTLE)
    return PreparedCandidate(candidate, preparation)


@dataclass(frozen=True)
class PreparedCandidate(Around):
    """Any candidate on rows that a preparation made of raw columns; in each fold it is learnt of that fold's rows alone."""

    preparation: Preparation

    def settings(self) -> dict[str, Any]:
        """The family's settings, and how its rows are prepared, for the manifest."""
        how = self.preparation.to_dict()
        del how["columns"]
        return {**self.candidate.settings(), **how}

    def hold_out(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers,
        fold_of: Integers,
        preparing: Preparing | None = None,
    ) -> Floats:
        """Log-odds (n,) of each row by a model, and a preparation, of the rows of the other folds."""
        return self.candidate.hold_out(X, y, seed, groups, fold_of, self._after(preparing))

    def tune(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers | None = None,
        weight: float = 1.0,
        preparing: Preparing | None = None,
    ) -> Self:
        """The same candidate with its open settings decided on folds, each with a preparation of its own."""
        tuned = self.candidate.tune(X, y, seed, groups, weight, self._after(preparing))
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
    ) -> PreparedScorer:
        """Fit the preparation and the candidate on all of these rows; tune first, where a setting is still open."""
        rows, labels = check_rows(X, y, feature_names)
        tuned = self.tune(rows, labels, seed, groups, weight)
        prepared = self.preparation.fit(rows)
        inner = tuned.candidate.fit(
            prepared.transform(rows), labels, seed, prepared.names, groups, weight, say
        )
        return PreparedScorer(prepared, inner)

    def _after(self, preparing: Preparing | None) -> Preparing:
        """This preparation after another one."""
        own = self.preparation.apart
        if preparing is None:
            return own
        return lambda fitted, others: own(*preparing(fitted, others))
