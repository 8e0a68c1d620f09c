"""The ways to propose settings, by the name that the shop file has for them.

Each takes the candidate to start from, a judge (a candidate's figure in each fold, greater is better), how many trials and
the seed; it returns the settings of every trial with their figures, the start's own first.
"""

from collections.abc import Callable, Mapping

from willbuy.models.candidates.protocol import Candidate
from willbuy.models.searches.by_optuna import by_optuna
from willbuy.models.searches.by_random import by_random
from willbuy.models.searches.trials import Judge, Trials

__all__ = ["SEARCHES", "Judge", "Trials"]

SEARCHES: Mapping[str, Callable[[Candidate, Judge, int, int], Trials]] = {
    "optuna": by_optuna,
    "random": by_random,
}
