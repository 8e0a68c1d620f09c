"""Searching a candidate's settings: a fixed number of trials, each judged on folds grouped by entity.

Two ways propose what to try: Optuna, which learns from the trials so far, and scikit-learn's random search, which does not.
Both try the defaults first, judge by the same function on the same folds, and end with the same rule.

The rule. The first trial is the candidate's own defaults; the best of the trials replaces them only where its mean
over the folds is better by more than one standard error of the paired differences, fold by fold. The best of a dozen noisy figures
looks better than it is, so a gain within its noise is none: the plainer settings stay. With fewer than `FEWEST`
buyers or non-buyers nothing is searched at all, and below `FEW` the folds are five instead of three.

Bergstra et al. 2011, "Algorithms for hyper-parameter optimization" (the sampler, TPE); Bergstra and Bengio 2012, "Random
search for hyper-parameter optimization"; Breiman et al. 1984 (one standard error).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from willbuy.models.candidates.protocol import Candidate, Integers
from willbuy.models.choose import METRICS
from willbuy.models.entity_folds import entity_folds
from willbuy.models.scorers import Floats
from willbuy.models.searches import SEARCHES, Trials

FEWEST, FEW = 50, 1000  # buyers
SAID_EVERY = 4  # trials
Way = Literal["optuna", "random"]
WITHIN = "the defaults: the best trial's gain is within its noise"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Tried:
    """What a search found. Figures are means of the metric over the folds; `gain` is best minus default, better above 0."""

    search: str
    metric: str
    trials: int
    rows: int
    buyers: int
    folds: int
    default: float | None
    best: float | None
    gain: float | None
    standard_error: float | None
    moved: bool  # the best settings replaced the defaults
    words: str

    @property
    def inner(self) -> float | None:
        """The figure of the settings that were kept, as the search saw it."""
        return self.best if self.moved else self.default

    def to_dict(self) -> dict[str, Any]:
        """For the result."""
        return asdict(self)


def search(
    candidate: Candidate,
    X: Floats,
    y: Integers,
    groups: Integers,
    *,
    metric: str,
    trials: int,
    seed: int,
    say: Say,
    way: Way = "optuna",
) -> tuple[Candidate, Tried]:
    """The candidate with the settings that the rule keeps, and what was tried. The same seed gives the same settings."""
    rare = int(min(np.count_nonzero(y), np.count_nonzero(y == 0)))
    if not candidate.space or trials < 2 or rare < FEWEST:
        return candidate, _nothing_tried(way, y, metric, rare)
    fold_of = entity_folds(y, groups, 3 if rare >= FEW else 5, seed)
    start = candidate
    if any(start.settings()[name] is None for name in start.space):
        start = start.tune(X, y, seed, groups)

    def judge(trial: Candidate) -> Floats:
        return by_fold(metric, trial.hold_out(X, y, seed, groups, fold_of), y, fold_of)

    figures = _Told(judge, candidate.name, trials, say)
    tried = SEARCHES[way](start, figures, trials, seed)
    return _keep(candidate, tried, way, metric, y)


def by_fold(metric: str, log_odds: Floats, y: Integers, fold_of: NDArray[Any]) -> Floats:
    """The metric in each fold, greater is better: the sign is turned where less is better."""
    measure, sign = METRICS[metric]
    folds = range(int(fold_of.max()) + 1)
    return np.array([sign * measure(log_odds[fold_of == fold], y[fold_of == fold]) for fold in folds])


class _Told:
    """A judge that says every few trials how many there were and what the best figure is."""

    def __init__(self, judge: Callable[[Candidate], Floats], name: str, trials: int, say: Say) -> None:
        self._judge, self._name, self._trials, self._say = judge, name, trials, say
        self._count, self._best = 0, -np.inf

    def __call__(self, trial: Candidate) -> Floats:
        found = self._judge(trial)
        self._count, self._best = self._count + 1, max(self._best, float(found.mean()))
        if self._count % SAID_EVERY == 0 or self._count == self._trials:
            tried = f"{self._count} of {self._trials} settings tried"
            self._say(f"{self._name}: {tried}, the best at {abs(self._best):.4f}")
        return found


def _keep(candidate: Candidate, tried: Trials, way: Way, metric: str, y: Integers) -> tuple[Candidate, Tried]:
    """Apply the rule."""
    default = tried[0][1]
    settings, best = max(tried, key=lambda one: float(one[1].mean()))
    gain = best - default
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    moved = float(gain.mean()) > error
    sign = METRICS[metric][1]
    words = "the defaults: no trial was better" if settings == tried[0][0] else WITHIN
    summary = Tried(
        search=way,
        metric=metric,
        trials=len(tried),
        rows=len(y),
        buyers=int(np.count_nonzero(y)),
        folds=len(default),
        default=sign * float(default.mean()),
        best=sign * float(best.mean()),
        gain=float(gain.mean()),
        standard_error=error,
        moved=moved,
        words="the best of the trials" if moved else words,
    )
    return candidate.with_settings(**settings) if moved else candidate, summary


def _nothing_tried(way: Way, y: Integers, metric: str, rare: int) -> Tried:
    words = "the defaults: no search was asked for"
    if rare < FEWEST:
        words = f"the defaults: a search needs {FEWEST} rows of either outcome, there are {rare}"
    return Tried(
        search=way,
        metric=metric,
        trials=0,
        rows=len(y),
        buyers=int(np.count_nonzero(y)),
        folds=0,
        default=None,
        best=None,
        gain=None,
        standard_error=None,
        moved=False,
        words=words,
    )
