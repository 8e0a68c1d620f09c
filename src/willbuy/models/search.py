"""Searching a candidate's settings: a fixed number of trials by Optuna, each judged on folds grouped by entity.

The rule. The first trial is the candidate's own defaults; the best of the trials replaces them only where its mean
over the folds is better by more than one standard error of the paired differences, fold by fold. The best of a dozen noisy figures
looks better than it is, so a gain within its noise is none: the plainer settings stay. With fewer than `FEWEST`
buyers or non-buyers nothing is searched at all, and below `FEW` the folds are five instead of three.

Bergstra et al. 2011, "Algorithms for hyper-parameter optimization" (the sampler, TPE); Breiman et al. 1984 (one standard error).
"""

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.models.candidates.protocol import Candidate, Integers
from willbuy.models.choose import METRICS
from willbuy.models.entity_folds import entity_folds
from willbuy.models.scorers import Floats

if TYPE_CHECKING:
    import optuna

FEWEST, FEW = 50, 1000  # buyers
SAID_EVERY = 4  # trials
WITHIN = "the defaults: the best trial's gain is within its noise"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Tried:
    """What a search found. Figures are means of the metric over the folds; `gain` is best minus default, better above 0."""

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
) -> tuple[Candidate, Tried]:
    """The candidate with the settings that the rule keeps, and what was tried. The same seed gives the same settings."""
    rare = int(min(np.count_nonzero(y), np.count_nonzero(y == 0)))
    if not candidate.space or trials < 2 or rare < FEWEST:
        return candidate, _nothing_tried(candidate, y, metric, rare)
    fold_of = entity_folds(y, groups, 3 if rare >= FEW else 5, seed)
    start = candidate
    if any(start.settings()[name] is None for name in start.space):
        start = start.tune(X, y, seed, groups)

    def judge(trial: Candidate) -> Floats:
        return by_fold(metric, trial.hold_out(X, y, seed, groups, fold_of), y, fold_of)

    tried = _try(start, judge, trials, seed, lambda number, best: say(_told(candidate, number, trials, best)))
    return _keep(candidate, tried, metric, y)


def by_fold(metric: str, log_odds: Floats, y: Integers, fold_of: NDArray[Any]) -> Floats:
    """The metric in each fold, greater is better: the sign is turned where less is better."""
    measure, sign = METRICS[metric]
    folds = range(int(fold_of.max()) + 1)
    return np.array([sign * measure(log_odds[fold_of == fold], y[fold_of == fold]) for fold in folds])


def _try(
    start: Candidate,
    judge: Callable[[Candidate], Floats],
    trials: int,
    seed: int,
    told: Callable[[int, float], None],
) -> list[tuple[dict[str, Any], Floats]]:
    """The settings of each trial with their figure in each fold; the first trial is the candidate as it is."""
    study = _study(seed)
    study.enqueue_trial({name: start.settings()[name] for name in start.space})
    found: list[tuple[dict[str, Any], Floats]] = []
    for number in range(1, trials + 1):
        trial = study.ask()
        settings = {name: values.suggest(name, trial) for name, values in start.space.items()}
        figures = judge(start.with_settings(**settings))
        study.tell(trial, float(figures.mean()))
        found.append((settings, figures))
        if number % SAID_EVERY == 0 or number == trials:
            told(number, max(float(of_fold.mean()) for _, of_fold in found))
    return found


def _study(seed: int) -> "optuna.Study":
    """A study in memory that says nothing on its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _keep(
    candidate: Candidate, tried: list[tuple[dict[str, Any], Floats]], metric: str, y: Integers
) -> tuple[Candidate, Tried]:
    """Apply the rule."""
    default = tried[0][1]
    settings, best = max(tried, key=lambda one: float(one[1].mean()))
    gain = best - default
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    moved = float(gain.mean()) > error
    sign = METRICS[metric][1]
    words = "the defaults: no trial was better" if settings == tried[0][0] else WITHIN
    summary = Tried(
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


def _nothing_tried(candidate: Candidate, y: Integers, metric: str, rare: int) -> Tried:
    words = "the defaults: no search was asked for"
    if rare < FEWEST:
        words = f"the defaults: a search needs {FEWEST} rows of either outcome, there are {rare}"
    return Tried(
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


def _told(candidate: Candidate, number: int, trials: int, best: float) -> str:
    return f"{candidate.name}: {number} of {trials} settings tried, the best at {abs(best):.4f}"
