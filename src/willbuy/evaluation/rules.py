"""The simple rules that stand beside every model: what a shop could do without one.

A rule reads one feature, or none. It is turned into a probability on the training rows alone, so that it can be held
against the model in every metric, with the same draws. A model that does not beat the best of them is not useful.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.errors import WillbuyError, did_you_mean
from willbuy.evaluation.buying_rate import BuyingRate
from willbuy.evaluation.evaluate import DRAWS, SideBySide, side_by_side
from willbuy.evaluation.resample import Floats
from willbuy.offers.f1 import f1_threshold

MODEL = "model"
_TIE_BREAK = 1e-7  # how far the raw order of a rule may move a calibrated probability: enough to rank, too little to see


@dataclass(frozen=True)
class Rule:
    """A simple rule: its name in JSON, what it says, the columns it reads and how each is declared."""

    name: str
    words: str
    columns: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    # column -> declaration, as `feature_from_spec` reads it; None: fitted with the snapshots, declared nowhere
    shape: Literal["constant", "any", "each", "fewer", "more", "rate"] = "constant"
    # any: more than 0; each: every value by itself; fewer, more: the fewer, the more, the likelier; rate: of the two columns,
    # see buying_rate.py


EVERYONE = Rule("everyone", "everyone buys at the training part’s rate")
NO_ONE = Rule("no_one", "nobody is chosen")
RECENCY = Rule(
    "recency",
    "who was here last comes first",
    {"days_since_last_event": {"feature": "days_since_last"}},
    "fewer",
)
PURCHASE_RECENCY = Rule(
    "purchase_recency",
    "who bought last comes first",
    {"days_since_last_purchase": {"feature": "days_since_last", "kinds": ["purchase"]}},
    "fewer",
)
CARTED = Rule(
    "carted_7d",
    "who put something into the cart in the last 7 days",
    {"count_cart_7d": {"feature": "count", "kinds": ["cart"], "window": "7d"}},
    "any",
)
CARTED_IN_SESSION = Rule(
    "carted_in_session",
    "who put something into the cart in this session",
    {"count_cart_session": {"feature": "count", "kinds": ["cart"], "window": "session"}},
    "any",
)
BGNBD = Rule("bgnbd", "whom a BG/NBD model expects to buy most", {"expected_purchases": None}, "more")


def buying_rate(target: str = "purchase") -> Rule:
    """The log's own buying rate, for the kind of event that is predicted."""
    columns: dict[str, Mapping[str, Any]] = {
        f"count_{target}": {"feature": "count", "kinds": [target]},
        "days_since_first_event": {"feature": "days_since_first"},
    }
    return Rule("buying_rate", "who bought most often per day known comes first", columns, "rate")


ALL_RULES = (
    EVERYONE,
    NO_ONE,
    RECENCY,
    PURCHASE_RECENCY,
    CARTED,
    CARTED_IN_SESSION,
    buying_rate(),
    BGNBD,
)


def rules_needed(
    kinds: Collection[str],
    task: Literal["horizon", "session"],
    *,
    target: str = "purchase",
    bgnbd: bool = False,
) -> tuple[Rule, ...]:
    """The rules for a log with these kinds of events. Each names the columns that it needs and how to declare them.

    `bgnbd` says that the snapshots carry the columns of a BG/NBD model.

    >>> [rule.name for rule in rules_needed({"view", "cart", "purchase"}, "horizon")]
    ['everyone', 'no_one', 'recency', 'carted_7d', 'buying_rate']
    >>> [rule.name for rule in rules_needed({"purchase", "other"}, "horizon", bgnbd=True)]
    ['everyone', 'no_one', 'recency', 'purchase_recency', 'buying_rate', 'bgnbd']
    """
    carted = "cart" in kinds
    rules = [EVERYONE, NO_ONE]
    if task == "session":
        return (*rules, *[CARTED_IN_SESSION] * carted, buying_rate(target))
    rules.append(RECENCY)
    if "view" not in kinds and set(kinds) != {"purchase"}:  # of purchases alone, the two are one
        rules.append(PURCHASE_RECENCY)
    return (*rules, *[CARTED] * carted, buying_rate(target), *[BGNBD] * bgnbd)


@dataclass(frozen=True)
class FittedRule:
    """A rule with what it learnt on the training rows: rates, and the threshold of greatest F1."""

    rule: Rule
    own: BuyingRate | None  # of a rule of shape "rate"
    at: Floats  # values that the rule reads, ascending
    rate: Floats  # probability at each of them; between two, linear
    missing: float  # probability where the value is null
    threshold: float

    def probability(self, rows: pd.DataFrame) -> Floats:
        """The rule's probability of each row."""
        values = _values(self.rule, rows, self.own)
        return _probability(self.rule, values, self.at, self.rate, self.missing)


def fit_rules(rows: pd.DataFrame, y: npt.ArrayLike, rules: Sequence[Rule]) -> list[FittedRule]:
    """Calibrate rules on the training rows: the only rows that a rule may learn from.

    Raises RuleError when a rule's column is not among those of `rows`.
    """
    outcomes = np.asarray(y, dtype=np.float64)
    return [_fit(rule, rows, outcomes) for rule in rules]


def evaluate_with_rules(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    threshold: float,
    rows: pd.DataFrame,
    rules: Sequence[FittedRule],
    others: Mapping[str, tuple[Floats, float]] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> SideBySide:
    """Evaluate the model, under the name "model", and the rules on the same rows with the same draws.

    `p` and `threshold` are the model's; `rows` are the test rows with the columns that the rules read; `others` are more
    scores by name: (probabilities, threshold).
    """
    beside = {MODEL: (np.asarray(p, dtype=np.float64), threshold)}
    beside |= {fitted.rule.name: (fitted.probability(rows), fitted.threshold) for fitted in rules}
    beside |= dict(others or {})
    scores: dict[str, npt.ArrayLike] = {name: found for name, (found, _) in beside.items()}
    thresholds = {name: at for name, (_, at) in beside.items()}
    return side_by_side(y, scores, groups, thresholds, draws=draws, seed=seed)


class RuleError(WillbuyError):
    """A rule's feature was not computed."""


def _values(rule: Rule, rows: pd.DataFrame, own: BuyingRate | None) -> Floats:
    read = [_column(rule, name, rows) for name in rule.columns]
    if own is not None:
        return own.of(*read)
    if not read:
        return np.zeros(len(rows))
    return (read[0] > 0).astype(np.float64) if rule.shape == "any" else read[0]


def _column(rule: Rule, name: str, rows: pd.DataFrame) -> Floats:
    if name not in rows.columns:
        raise RuleError(
            f"the rule '{rule.name}' reads the column '{name}', which is not there."
            f"{did_you_mean(name, map(str, rows.columns))} rules_needed() says how to declare it"
        )
    values: Floats = rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _fit(rule: Rule, rows: pd.DataFrame, y: Floats) -> FittedRule:
    rated = [_column(rule, name, rows) for name in rule.columns] if rule.shape == "rate" else None
    own = BuyingRate.learn(*rated) if rated else None
    values = _values(rule, rows, own)
    known = ~np.isnan(values)
    at, rate = _rates(rule, values[known], y[known], prior=float(y.mean()))
    missing = _smoothed(float(y[~known].sum()), int((~known).sum()), float(y.mean()))
    if rule is NO_ONE:
        return FittedRule(rule, own, at, rate, missing, threshold=1.0)
    threshold = f1_threshold(_probability(rule, values, at, rate, missing), y).value
    return FittedRule(rule, own, at, rate, missing, threshold)


def _rates(rule: Rule, values: Floats, y: Floats, prior: float) -> tuple[Floats, Floats]:
    """The buying rate at each value; where an order is claimed, made to follow it (isotonic regression)."""
    from sklearn.isotonic import isotonic_regression

    if not len(values):
        return np.zeros(1), np.full(1, prior)
    at, of = np.unique(values, return_inverse=True)
    rows, bought = np.bincount(of), np.bincount(of, weights=y)
    if rule.shape in ("constant", "any", "each"):
        return at, np.array([_smoothed(b, n, prior) for b, n in zip(bought, rows, strict=True)])
    rising = rule.shape != "fewer"
    line = isotonic_regression(bought / rows, sample_weight=rows.astype(np.float64), increasing=rising)
    block = np.unique(line, return_inverse=True)[1]
    of_block = np.bincount(block, weights=rows)
    hits = np.bincount(block, weights=bought)
    smoothed = np.array([_smoothed(b, n, prior) for b, n in zip(hits, of_block, strict=True)])
    # blocks were numbered from the lowest rate up; smoothing may have put a tiny one below its neighbour
    return at, isotonic_regression(smoothed, sample_weight=of_block)[block]


def _smoothed(hits: float, of: float, prior: float) -> float:
    """A rate with one row of the prior added, so that no rule is ever certain."""
    return (hits + prior) / (of + 1)


def _probability(rule: Rule, values: Floats, at: Floats, rate: Floats, missing: float) -> Floats:
    known = np.nan_to_num(values, nan=at[0])
    if rule.shape == "each":  # a value that was not among the training rows is as good as none
        place = np.minimum(np.searchsorted(at, known), len(at) - 1)
        return np.where(np.isnan(values) | (at[place] != known), missing, rate[place])
    p = np.interp(known, at, rate)
    if rule.shape not in ("constant", "any"):  # keep the raw order: a recency rule ranks by every hour of it
        low = min(float(at[0]), 0.0)  # a table's column may hold negative values, which have an order too
        middle = float(np.median(at)) - low or 1.0
        order = np.maximum(known - low, 0.0) / (np.maximum(known - low, 0.0) + middle)  # rises from 0 to 1
        p = np.clip(p + _TIE_BREAK * (order - 0.5) * (-1 if rule.shape == "fewer" else 1), 0.0, 1.0)
    return np.where(np.isnan(values), missing, p)
