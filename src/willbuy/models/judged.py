"""Candidates judged on the same folds, dealt once or anew several times: what the choice between them is made on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from willbuy.models.candidates.protocol import Candidate, Integers
from willbuy.models.choose import METRICS, best, choose
from willbuy.models.entity_folds import entity_folds
from willbuy.models.out_of_fold import out_of_fold
from willbuy.models.scorers import Floats
from willbuy.models.search import by_fold


@dataclass(frozen=True)
class Judged:
    """Out-of-fold log-odds of the first dealing, for the rows (n,) that `rows` marks; figures of all dealings."""

    rows: NDArray[np.bool_]
    log_odds: dict[str, Floats]
    values: dict[str, float]  # the metric over a dealing's rows, the mean of the dealings
    by_fold: dict[str, Floats]  # the metric in each judged fold, dealing after dealing
    dealt: int  # folds in a dealing
    repeats: int
    chosen: str


@dataclass(frozen=True)
class Judging:
    """How to judge: folds grouped by entity, the metric; no further fold once `enough` positives were held out."""

    metric: str
    folds: int
    seed: int
    enough: int | None = None
    repeats: int = 1

    def judge(
        self,
        candidates: Mapping[str, Candidate],
        X: Floats,
        y: Integers,
        groups: Integers,
        say: Callable[[str], None],
    ) -> Judged:
        """Judge the candidates. A single one is compared with nothing, so that one dealing will do."""
        repeats = self.repeats if len(candidates) > 1 else 1
        dealings = []
        for number in range(repeats):
            found = {}
            for name, candidate in candidates.items():
                say(f"out-of-fold predictions of {name}" + (f", dealing {number + 1}" if repeats > 1 else ""))
                seed = self.seed + number
                found[name] = out_of_fold(candidate, X, y, groups, self.folds, seed, enough=self.enough)
            dealings.append(found)
        return self._sum_up(dealings, y, groups)

    def _sum_up(self, dealings: list[dict[str, Floats]], y: Integers, groups: Integers) -> Judged:
        sign = METRICS[self.metric][1]
        values: dict[str, list[float]] = {name: [] for name in dealings[0]}
        in_folds: dict[str, list[Floats]] = {name: [] for name in dealings[0]}
        dealt = 0
        for number, found in enumerate(dealings):
            fold_of = entity_folds(y, groups, self.folds, self.seed + number)
            dealt = dealt or int(fold_of.max()) + 1
            rows = np.isfinite(next(iter(found.values())))
            _, over_all = choose({name: scores[rows] for name, scores in found.items()}, y[rows], self.metric)
            for name, scores in found.items():
                values[name].append(over_all[name])
                in_folds[name].append(sign * by_fold(self.metric, scores[rows], y[rows], fold_of[rows]))
        means = {name: float(np.mean(of)) for name, of in values.items()}
        judged = np.isfinite(next(iter(dealings[0].values())))
        return Judged(
            rows=judged,
            log_odds={name: scores[judged] for name, scores in dealings[0].items()},
            values=means,
            by_fold={name: np.concatenate(of) for name, of in in_folds.items()},
            dealt=dealt,
            repeats=len(dealings),
            chosen=best(means, self.metric),
        )
