"""scikit-learn's RandomizedSearchCV proposes: settings drawn from the space, whatever the trials before them gave."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.models.candidates.protocol import Candidate
from willbuy.models.candidates.space import Range
from willbuy.models.searches.trials import Judge, Trials, defaults

if TYPE_CHECKING:
    from sklearn.model_selection import RandomizedSearchCV


def by_random(start: Candidate, judge: Judge, trials: int, seed: int) -> Trials:
    """The start itself, then so many less one settings drawn at random."""
    found: Trials = [(defaults(start), judge(start))]
    if trials > 1:
        results = _searched(start, judge, trials - 1, seed).cv_results_
        folds = range(len(found[0][1]))
        for number, settings in enumerate(results["params"]):
            figures = [results[f"split0_test_{fold}"][number] for fold in folds]
            found.append((settings, np.array(figures, dtype=np.float64)))
    return found


def _searched(start: Candidate, judge: Judge, trials: int, seed: int) -> "RandomizedSearchCV":
    from sklearn.model_selection import RandomizedSearchCV

    search = RandomizedSearchCV(
        _estimator(start),
        {name: _Drawn(values) for name, values in start.space.items()},
        n_iter=trials,
        scoring=lambda estimator, X, y: {
            str(fold): figure for fold, figure in enumerate(judge(estimator.candidate))
        },
        cv=[
            ([0], [0])
        ],  # the folds are the judge's: grouped by entity, and a candidate may share work among them
        refit=False,
        random_state=seed,
        error_score="raise",
    )
    return search.fit(np.zeros((1, 1)), np.zeros(1))


def _estimator(start: Candidate) -> Any:
    """scikit-learn's view of a candidate: its settings can be set, and the judge does the fitting."""
    from sklearn.base import BaseEstimator

    class Adapter(BaseEstimator):  # type: ignore[misc]  # it has no types
        def __init__(self, candidate: Candidate) -> None:
            self.candidate = candidate

        def __sklearn_clone__(self) -> "Adapter":
            return Adapter(self.candidate)  # a candidate is frozen: nothing to copy

        def set_params(self, **settings: Any) -> "Adapter":
            self.candidate = self.candidate.with_settings(**settings)
            return self

        def fit(self, X: Any, y: Any) -> "Adapter":
            return self

    return Adapter(start)


@dataclass(frozen=True)
class _Drawn:
    """A range as scikit-learn draws from it."""

    values: Range

    def rvs(self, random_state: np.random.RandomState) -> Any:
        return self.values.draw(random_state.random_sample())
