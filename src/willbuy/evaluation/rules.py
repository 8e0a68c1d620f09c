"""The simple rules that stand beside every model: what a shop could do without one.

A rule reads one feature, or none. It is turned into a probability on the training rows alone, so that it can be held
against the model in every metric, with the same draws. A model that does not beat the best of them is not useful.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.errors import WillbuyError, did_you_mean
from willbuy.evaluation.evaluate import DRAWS, SideBySide, side_by_side
from willbuy.evaluation.resample import Floats
from willbuy.models.threshold import f1_threshold

MODEL = "model"
_TIE_BREAK = 1e-7  # how far the raw order of a rule may move a calibrated probability: enough to rank, too little to see


@dataclass(frozen=True)
class Rule:
    """A simple rule: its name in JSON, what it says, the feature it reads and how that feature is declared."""

    name: str
    words: str
    column: str | None = None
    spec: Mapping[str, Any] | None = None  # as `feature_from_spec` reads it
    shape: Literal["constant", "any", "fewer"] = (
        "constant"  # any: more than 0; fewer: the fewer, the likelier
    )


EVERYONE = Rule("everyone", "everyone buys at the training part’s rate")
RECENCY = Rule(
    "recency",
    "who was here last comes first",
    "days_since_last_event",
    {"feature": "days_since_last"},
    "fewer",
)
PURCHASE_RECENCY = Rule(
    "purchase_recency",
    "who bought last comes first",
    "days_since_last_purchase",
    {"feature": "days_since_last", "kinds": ["purchase"]},
    "fewer",
)
CARTED = Rule(
    "carted_7d",
    "who put something into the cart in the last 7 days",
    "count_cart_7d",
    {"feature": "count", "kinds": ["cart"], "window": "7d"},
    "any",
)
CARTED_IN_SESSION = Rule(
    "carted_in_session",
    "who put something into the cart in this session",
    "count_cart_session",
    {"feature": "count", "kinds": ["cart"], "window": "session"},
    "any",
)
ALL_RULES = (EVERYONE, RECENCY, PURCHASE_RECENCY, CARTED, CARTED_IN_SESSION)


def rules_needed(kinds: Collection[str], task: Literal["horizon", "session"]) -> tuple[Rule, ...]:
    """The rules for a log with these kinds of events. Each names the column that it needs and how to declare it.

    >>> [rule.name for rule in rules_needed({"view", "cart", "purchase"}, "horizon")]
    ['everyone', 'recency', 'carted_7d']
    >>> [rule.name for rule in rules_needed({"purchase", "other"}, "horizon")]
    ['everyone', 'recency', 'purchase_recency']
    """
    if task == "session":
        return (EVERYONE, CARTED_IN_SESSION) if "cart" in kinds else (EVERYONE,)
    rules = [EVERYONE, RECENCY]
    if "view" not in kinds and set(kinds) != {"purchase"}:  # of purchases alone, the two are one
        rules.append(PURCHASE_RECENCY)
    return (*rules, CARTED) if "cart" in kinds else tuple(rules)


@dataclass(frozen=True)
class FittedRule:
    """A rule with what it learnt on the training rows: rates, and the threshold of greatest F1."""

    rule: Rule
    at: Floats  # values of the feature, ascending
    rate: Floats  # probability at each of them; between two, linear
    missing: float  # probability where the feature is null
    threshold: float

    def probability(self, rows: pd.DataFrame) -> Floats:
        """The rule's probability of each row."""
        return _probability(self.rule, _values(self.rule, rows), self.at, self.rate, self.missing)


def fit_rules(rows: pd.DataFrame, y: npt.ArrayLike, rules: Sequence[Rule]) -> list[FittedRule]:
    """Calibrate rules on the training rows: the only rows that a rule may learn from.

    Raises RuleError when a rule's column is not among those of `rows`.
    """
    outcomes = np.asarray(y, dtype=np.float64)
    return [_fit(rule, _values(rule, rows), outcomes) for rule in rules]


def evaluate_with_rules(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    threshold: float,
    rows: pd.DataFrame,
    rules: Sequence[FittedRule],
    draws: int = DRAWS,
    seed: int = 0,
) -> SideBySide:
    """Evaluate the model, under the name "model", and the rules on the same rows with the same draws.

    `p` and `threshold` are the model's; `rows` are the test rows with the columns that the rules read.
    """
    scores: dict[str, npt.ArrayLike] = {MODEL: p}
    thresholds = {MODEL: threshold}
    for fitted in rules:
        scores[fitted.rule.name] = fitted.probability(rows)
        thresholds[fitted.rule.name] = fitted.threshold
    return side_by_side(y, scores, groups, thresholds, draws=draws, seed=seed)


class RuleError(WillbuyError):
    """A rule's feature was not computed."""


def _values(rule: Rule, rows: pd.DataFrame) -> Floats:
    if rule.column is None:
        return np.zeros(len(rows))
    if rule.column not in rows.columns:
        raise RuleError(
            f"the rule '{rule.name}' reads the column '{rule.column}', which is not there."
            f"{did_you_mean(rule.column, map(str, rows.columns))} rules_needed() says how to declare it"
        )
    values = rows[rule.column].to_numpy(dtype=np.float64, na_value=np.nan)
    return (values > 0).astype(np.float64) if rule.shape == "any" else values


def _fit(rule: Rule, values: Floats, y: Floats) -> FittedRule:
    known = ~np.isnan(values)
    at, rate = _rates(rule, values[known], y[known], prior=float(y.mean()))
    missing = _smoothed(float(y[~known].sum()), int((~known).sum()), float(y.mean()))
    threshold = f1_threshold(_probability(rule, values, at, rate, missing), y).value
    return FittedRule(rule, at, rate, missing, threshold)


def _rates(rule: Rule, values: Floats, y: Floats, prior: float) -> tuple[Floats, Floats]:
    """The buying rate at each value; for "fewer", made to fall with the value (isotonic regression)."""
    from sklearn.isotonic import isotonic_regression

    if not len(values):
        return np.zeros(1), np.full(1, prior)
    at, of = np.unique(values, return_inverse=True)
    rows, bought = np.bincount(of), np.bincount(of, weights=y)
    if rule.shape != "fewer":
        return at, np.array([_smoothed(b, n, prior) for b, n in zip(bought, rows, strict=True)])
    falling = isotonic_regression(bought / rows, sample_weight=rows.astype(np.float64), increasing=False)
    block = np.unique(-falling, return_inverse=True)[1]
    of_block = np.bincount(block, weights=rows)
    hits = np.bincount(block, weights=bought)
    return at, np.array([_smoothed(b, n, prior) for b, n in zip(hits, of_block, strict=True)])[block]


def _smoothed(hits: float, of: float, prior: float) -> float:
    """A rate with one row of the prior added, so that no rule is ever certain."""
    return (hits + prior) / (of + 1)


def _probability(rule: Rule, values: Floats, at: Floats, rate: Floats, missing: float) -> Floats:
    known = np.nan_to_num(values, nan=at[0])
    p = np.interp(known, at, rate)
    if rule.shape == "fewer":  # keep the raw order: a recency rule ranks by every hour of it
        p = np.clip(p + _TIE_BREAK * (1 / (1 + np.maximum(known, 0.0)) - 0.5), 0.0, 1.0)
    return np.where(np.isnan(values), missing, p)
