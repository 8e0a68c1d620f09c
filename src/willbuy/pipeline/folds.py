"""Cross-validation of the whole procedure, where a log is too short for a split in time.

In each fold everything is learnt on the other visitors: settings, the choice of the candidate, calibration, threshold and
fit, the rules as well. Only then is it applied to the rows held out, once. What is shipped is the same procedure on all
rows; nothing in it depends on what the folds gave.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import FoldSplit
from willbuy.evaluation.beside_logistic import LOGISTIC
from willbuy.evaluation.evaluate import SideBySide, evaluate
from willbuy.evaluation.figures import figures_of, spreads
from willbuy.evaluation.importance import permutation_importance
from willbuy.evaluation.pooled import pooled
from willbuy.evaluation.result.elsewhere import FoldPoint, Folds
from willbuy.evaluation.result.metrics import Estimate, Figures
from willbuy.evaluation.rules import MODEL, FittedRule, fit_rules
from willbuy.pipeline.learning import Learning, learn
from willbuy.pipeline.plain import plain_logistic
from willbuy.pipeline.rows import Rows

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass
class HeldOut:
    """Predictions of every row by a procedure that never saw its visitor; `chosen`: at the thresholds of its fold."""

    rows: Rows
    fold_of: NDArray[np.int64]
    scores: dict[str, Floats] = field(default_factory=dict)
    chosen: dict[str, Bools] = field(default_factory=dict)
    learnt: list[Learning] = field(default_factory=list)

    def by_threshold(self) -> dict[str, Bools]:
        """What each named threshold chooses (n,), where each fold has values of its own."""
        found: dict[str, Bools] = {}
        for number, learnt in enumerate(self.learnt):
            held = self.fold_of == number
            for named in learnt.offered.thresholds:
                chosen = found.setdefault(named.name, np.zeros(len(held), dtype=np.bool_))
                chosen[held] = self.probability[held] >= named.threshold.value
        return found

    @property
    def probability(self) -> Floats:
        """The model's (n,)."""
        return self.scores[MODEL]

    def put(self, name: str, held: Bools, probability: Floats, threshold: float) -> None:
        """Keep one score's predictions of the rows held out in a fold."""
        self.scores.setdefault(name, np.full(len(held), np.nan))[held] = probability
        self.chosen.setdefault(name, np.zeros(len(held), dtype=np.bool_))[held] = probability >= threshold


def hold_out(run: "Training", rows: Rows, split: FoldSplit, *, beside: bool = True) -> HeldOut:
    """Learn on the other folds, predict the one held out: the model and, with `beside`, the logistic and the rules."""
    found = HeldOut(rows, split.fold_of)
    for number, (fitted, held) in enumerate(split.folds(), 1):
        run.say(f"fold {number} of {split.count}: the whole procedure on the other visitors")
        past, ahead = rows.take(fitted), rows.take(held)
        learnt = learn(replace(run.learn_from(past), say=lambda _: None, population=run.learning.population))
        found.learnt.append(learnt)
        found.put(MODEL, held, learnt.probability(ahead.X), learnt.cut)
        if not beside:
            continue
        if run.plain is not None:
            plain = plain_logistic(learnt) or learnt  # in this fold the logistic may have been chosen
            found.put(LOGISTIC, held, plain.probability(ahead.X), plain.cut)
        for rule in fit_rules(past.frame, past.y, run.rules):
            found.put(rule.rule.name, held, rule.probability(ahead.frame), rule.threshold)
    return found


def evaluate_held_out(run: "Training", held: HeldOut, rules: list[FittedRule]) -> SideBySide:
    """The pooled figures. `rules` are those of all rows, whose thresholds are printed."""
    thresholds = {MODEL: run.learning.cut} | {rule.rule.name: rule.threshold for rule in rules}
    if run.plain is not None:
        thresholds[LOGISTIC] = run.plain.cut
    return pooled(
        held.rows.y,
        held.scores,
        held.chosen,
        held.rows.groups,
        thresholds,
        draws=run.shop.train.bootstrap,
        seed=run.seed,
    )


def hold_out_again(run: "Training", rows: Rows, split: FoldSplit) -> list[HeldOut]:
    """The model's predictions in each further deal of the folds."""
    found = []
    for number, deal in enumerate(split.deals(), 2):
        run.say(f"the folds dealt anew, for the {number}. time")
        found.append(hold_out(run, rows, deal, beside=False))
    return found


def describe_folds(run: "Training", held: HeldOut, again: Sequence[HeldOut] = ()) -> Folds:
    """The figures of each fold alone, and how far apart they lie; with further deals those of each deal's pile too."""
    points = [point for deal in (held, *again) for point in _points(run, deal)]
    found = Folds(points=points, over=spreads([point["figures"] for point in points]))
    if again:
        for number, point in enumerate(points):
            point["repeat"] = 1 + number // len(held.learnt)
        found["repeats"] = [_pile(run, deal) for deal in (held, *again)]
        found["over_repeats"] = spreads(found["repeats"])
    return found


def _pile(run: "Training", deal: HeldOut) -> Figures:
    rows = deal.rows
    found = evaluate(
        rows.y, deal.probability, rows.groups, run.learning.cut, draws=run.shop.train.bootstrap, seed=run.seed
    )
    return figures_of(found)


def _points(run: "Training", held: HeldOut) -> list[FoldPoint]:
    points = []
    for number, learnt in enumerate(held.learnt):
        rows = held.fold_of == number
        found = evaluate(
            held.rows.y[rows],
            held.probability[rows],
            held.rows.groups[rows],
            learnt.cut,
            draws=run.shop.train.bootstrap,
            seed=run.seed,
        )
        points.append(FoldPoint(fold=number + 1, model=learnt.chosen, figures=figures_of(found)))
    return points


def importance_held_out(held: HeldOut, rows: int, repeats: int, seed: int) -> dict[str, Estimate]:
    """What the procedure loses without a feature, on rows that were held out: each is scored by its own fold's model."""
    drawn = np.sort(np.random.default_rng(seed).permutation(len(held.fold_of))[:rows])
    sample, fold_of = held.rows.X[drawn], held.fold_of[drawn]

    def score(X: Floats) -> Floats:
        found = np.empty(len(X))
        for number, learnt in enumerate(held.learnt):
            found[fold_of == number] = learnt.probability(X[fold_of == number])
        return found

    y = held.rows.y[drawn]
    return permutation_importance(score, sample, y, held.rows.names, rows=len(y), repeats=repeats, seed=seed)
