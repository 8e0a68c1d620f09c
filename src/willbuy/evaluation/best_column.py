"""The rule of a table: the one column that tells most by itself, as a shop could read it off without a model.

Chosen on the training part: each column is made a rule of its own on some folds and judged on the others, by the metric that
the candidates are judged by. Where a cross-validation tests every row the column is chosen on all of them, which can only help
the rule; its rates are learnt anew in each fold.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.errors import NotEnoughData
from willbuy.evaluation.resample import Floats
from willbuy.evaluation.rules import Rule, fit_rules
from willbuy.models.choose import METRICS
from willbuy.models.entity_folds import entity_folds, sample_of_entities

ROWS, FOLDS, SHORT_LIST = 30_000, 3, 10
PRIOR = 10  # rows of the mean rate that every value of a category is seen with
Ints = npt.NDArray[np.integer[Any]]


def best_column(
    columns: Mapping[str, Floats],
    categories: Collection[str],
    y: Ints,
    groups: Ints,
    *,
    metric: str = "average_precision",
    seed: int = 0,
) -> Rule | None:
    """The rule of the best of the columns (n,); None where nothing is known of any, or too few buy to judge.

    Of a category (a flag as well) every value has its own rate; a number ranks by more or by less.

    >>> x, noise = np.arange(200.0), np.tile([1.0, 2.0], 100)
    >>> rule = best_column({"noise": noise, "x": x}, (), (x > 120).astype(int), np.arange(200))
    >>> rule.name, rule.shape
    ('x alone', 'more')
    """
    kept = sample_of_entities(groups, ROWS, seed)
    labels, entities = np.asarray(y)[kept], np.asarray(groups)[kept]
    try:
        fold_of = entity_folds(labels, entities, FOLDS, seed)
    except NotEnoughData:
        return None
    frame = pd.DataFrame({name: values[kept] for name, values in columns.items()})
    rules = [rule for name in columns for rule in _rules(name, name in categories)]
    seen = [
        (_at_sight(frame, rule, labels), rule)
        for rule in rules
        if frame[next(iter(rule.columns))].notna().any()
    ]
    listed = [rule for _, rule in sorted(seen, key=lambda one: -one[0])][:SHORT_LIST]
    judged = [(_out_of_fold(frame, rule, labels, fold_of, metric), rule) for rule in listed]
    known = [one for one in judged if np.isfinite(one[0])]
    return max(known, key=lambda one: one[0])[1] if known else None


def _rules(name: str, category: bool) -> list[Rule]:
    columns: dict[str, Mapping[str, Any] | None] = {name: None}
    if category:
        return [Rule(f"{name} alone", f"each value of {name} buys at its own rate", columns, "each")]
    return [
        Rule(f"{name} alone", f"the more {name}, the likelier", columns, "more"),
        Rule(f"{name} alone", f"the less {name}, the likelier", columns, "fewer"),
    ]


def _at_sight(frame: pd.DataFrame, rule: Rule, labels: Ints) -> float:
    """ROC-AUC on the very rows: enough to put aside what says nothing."""
    [name] = rule.columns
    if rule.shape == "each":
        rank = (
            frame[name].groupby(frame[name], dropna=False).transform("size")
        )  # a guess would favour rare values
        rate = pd.Series(labels).groupby(frame[name], dropna=False).transform("mean")
        rank = (rate * rank + labels.mean() * PRIOR) / (rank + PRIOR)
    else:
        sign = -1.0 if rule.shape == "fewer" else 1.0
        rank = (sign * frame[name]).fillna(sign * frame[name].median())
    return METRICS["roc_auc"][0](rank.to_numpy(dtype=np.float64), labels)


def _out_of_fold(frame: pd.DataFrame, rule: Rule, labels: Ints, fold_of: Ints, metric: str) -> float:
    probability = np.full(len(labels), np.nan)
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        [fitted] = fit_rules(frame[~held], labels[~held], [rule])
        probability[held] = fitted.probability(frame[held])
    measure, sign = METRICS[metric]
    bounded = np.clip(probability, 1e-9, 1 - 1e-9)
    return sign * measure(np.log(bounded / (1 - bounded)), labels)
