"""Optuna proposes: its sampler (TPE) learns from the trials so far where good settings lie."""

import warnings
from typing import TYPE_CHECKING

from willbuy.models.candidates.protocol import Candidate
from willbuy.models.searches.trials import Judge, Trials, defaults

if TYPE_CHECKING:
    import optuna


def by_optuna(start: Candidate, judge: Judge, trials: int, seed: int) -> Trials:
    """Try so many settings, one after another."""
    study = _study(seed)
    study.enqueue_trial(defaults(start))
    found: Trials = []
    for _ in range(trials):
        trial = study.ask()
        settings = {name: values.suggest(name, trial) for name, values in start.space.items()}
        figures = judge(start.with_settings(**settings))
        study.tell(trial, float(figures.mean()))
        found.append((settings, figures))
    return found


def _study(seed: int) -> "optuna.Study":
    """A study in memory that says nothing on its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)
    return optuna.create_study(direction="maximize", sampler=sampler)
