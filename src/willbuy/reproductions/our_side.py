"""Ours: the whole procedure of `willbuy train`, on the very rows that a published method learnt from and was tested on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from willbuy.evaluation.evaluate import SideBySide, side_by_side
from willbuy.evaluation.pooled import pooled
from willbuy.evaluation.rules import Rule, fit_rules
from willbuy.evaluation.verdict import verdict
from willbuy.models.entity_folds import entity_folds
from willbuy.pipeline.learning import Learning, learn
from willbuy.pipeline.rows import Rows
from willbuy.reproductions.result import Row, point, row
from willbuy.shop import Shop, TableShop

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.evaluation.result.verdict import Verdict
    from willbuy.models.candidates import Candidate

Floats = NDArray[np.float64]
Wrap = Callable[["Candidate"], "Candidate"]
OURS = "willbuy"
AnyShop = TypeVar("AnyShop", Shop, TableShop)


def table_shop(target: str) -> TableShop:
    """The defaults of a shop file: candidates, metric, folds, seed and the threshold of greatest F1."""
    return TableShop.model_validate({"table": {"target": target}})


def unsearched(shop: AnyShop, candidate: str) -> AnyShop:
    """The same with one candidate, at the settings that it starts from: many times quicker, where it is learnt often."""
    train = shop.train.model_copy(update={"candidates": (candidate,), "trials": 0})
    return shop.model_copy(update={"train": train})


def rows_of(
    frame: "pd.DataFrame", names: Sequence[str], y: NDArray[np.bool_], entity: Sequence[object]
) -> Rows:
    """Rows to learn from or to test on: columns of numbers, the label, whose rows they are."""
    made = frame[list(names)].astype(np.float64)
    return Rows(
        made.assign(label=np.asarray(y).astype(np.int8), entity=[str(of) for of in entity]), tuple(names)
    )


@dataclass(frozen=True)
class Tested:
    """Ours, published methods and rules on the same rows, with the same draws of the entities."""

    on: str
    both: SideBySide
    words: Mapping[str, str]  # of the rules
    learnt: tuple[Learning, ...]
    metric: str
    scores: Mapping[str, Floats]  # of the test rows
    train_rate: float | None = None
    by_fold: tuple[float, ...] = ()  # ROC-AUC of ours in each fold alone

    def rows(self, names: Sequence[str], metrics: Sequence[str]) -> list[Row]:
        """The rows of some of the scores, by name."""
        notes = {OURS: ", ".join(sorted({learnt.chosen for learnt in self.learnt}))}
        found = self.both.metrics
        return [
            row(self.words.get(name, name), self.on, found[name], metrics, notes.get(name, ""))
            for name in names
        ]

    def minus(self, other: str, metrics: Sequence[str]) -> Row:
        """Ours minus another, with the paired interval."""
        gaps = {metric: self.both.difference(metric, OURS, other) for metric in metrics}
        who = f"{OURS} minus {self.words.get(other, other)}, paired"
        return Row(who=who, on=self.on, figures=gaps, difference=True)

    def mean_of_folds(self) -> Row:
        """Ours by the mean of the folds' figures: nothing is asked of rows that two folds' models scored."""
        return Row(
            who=f"{OURS}, mean of the folds",
            on=self.on,
            figures={"roc_auc": point(float(np.mean(self.by_fold)))},
        )

    def verdict(self, rules: Sequence[str], note: str = "") -> "Verdict":
        """What `willbuy train` would say of these figures: against the rules alone."""
        found, gaps = self.both.metrics, self.both.differences(OURS)
        return verdict(
            found[OURS],
            {name: found[name] for name in rules},
            {name: gaps[name] for name in rules},
            metric=self.metric,
            rule_words=self.words,
            train_base_rate=self.train_rate,
            split_note=note,
        )


def hold_ours_out(
    on: str,
    shop: Shop | TableShop,
    train: Rows,
    test: Rows,
    *,
    methods: Mapping[str, Floats] | None = None,
    rules: Sequence[Rule] = (),
    cuts: Mapping[str, float] | None = None,
    wrap: Wrap | None = None,
) -> Tested:
    """Learn everything of ours on the training rows, then open the test rows, once, for every score.

    `methods` are the published methods' scores of the test rows; they choose from 0.5 on, unless `cuts` says otherwise.
    """
    learnt = _learn(shop, train, wrap)
    scores: dict[str, Floats] = {OURS: learnt.probability(test.X), **(methods or {})}
    thresholds = {OURS: learnt.cut, **dict.fromkeys(methods or {}, 0.5), **(cuts or {})}
    for rule in fit_rules(train.frame, train.y, rules):
        scores[rule.rule.name], thresholds[rule.rule.name] = rule.probability(test.frame), rule.threshold
    draws, seed = shop.train.bootstrap, shop.train.seed
    both = side_by_side(test.y, dict(scores), test.groups, thresholds, draws=draws, seed=seed)
    words = {rule.name: rule.words for rule in rules}
    return Tested(on, both, words, (learnt,), shop.train.metric, scores, float(train.y.mean()))


def cross_validate_ours(
    on: str,
    shop: Shop | TableShop,
    rows: Rows,
    *,
    folds: int,
    repeats: int,
    rules: Sequence[Rule] = (),
    wrap: Wrap | None = None,
) -> Tested:
    """Every row held out once in each repeat, by everything of ours learnt on the other folds.

    The figures are of all repeats on one pile: a row stands in it once a repeat, and its rows are drawn together.
    """
    scores: dict[str, Floats] = {}
    chosen: dict[str, NDArray[np.bool_]] = {}
    cuts: dict[str, float] = {}
    learnt: list[Learning] = []
    by_fold, n = [], len(rows.y)
    for repeat in range(repeats):
        fold_of = entity_folds(rows.y, rows.groups, folds, shop.train.seed + repeat)
        for fold in range(int(fold_of.max()) + 1):
            held = fold_of == fold
            place = repeat * n + np.flatnonzero(held)
            past, ahead = rows.take(~held), rows.take(held)
            one = _learn(shop, past, wrap)
            learnt.append(one)
            found = {OURS: (one.probability(ahead.X), one.cut)}
            found |= {
                rule.rule.name: (rule.probability(ahead.frame), rule.threshold)
                for rule in fit_rules(past.frame, past.y, rules)
            }
            by_fold.append(ranked(ahead.y, found[OURS][0]))
            for name, (probability, cut) in found.items():
                scores.setdefault(name, np.empty(repeats * n))[place] = probability
                chosen.setdefault(name, np.empty(repeats * n, dtype=np.bool_))[place] = probability >= cut
                cuts[name] = cut
    pile = {"draws": shop.train.bootstrap, "seed": shop.train.seed}
    both = pooled(
        np.tile(rows.y, repeats), dict(scores), dict(chosen), np.tile(rows.groups, repeats), cuts, **pile
    )
    words = {rule.name: rule.words for rule in rules}
    return Tested(on, both, words, tuple(learnt), shop.train.metric, scores, by_fold=tuple(by_fold))


def _learn(shop: Shop | TableShop, rows: Rows, wrap: Wrap | None) -> Learning:
    asked = Learning(shop, rows, lambda _: None)
    if "anchor" not in rows.frame:
        asked.population = float(len(rows.y))
    if wrap is not None:
        asked.wrap = wrap
    return learn(asked)


def ranked(y: NDArray[np.int8], scores: Floats) -> float:
    """The ROC-AUC of some scores, without an interval."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y, scores))
