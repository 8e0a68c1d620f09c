"""What each stored threshold does on the test part: the confusion matrix, precision, recall and profit with intervals."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.assemble import estimate
from willbuy.evaluation.evaluate import DRAWS
from willbuy.evaluation.levels import Levels
from willbuy.evaluation.resample import Floats
from willbuy.evaluation.result import AtThreshold, Confusion, Estimate
from willbuy.offers.money import UNITS, Money


def at_thresholds(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    thresholds: Mapping[str, float],
    money: Money | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, AtThreshold]:
    """Each threshold, by name, on the probabilities `p` of the outcomes `y`: none of them was chosen on these rows.

    Profit is in the currency's unit, its draws scaled to the number of rows there are; None without money.

    >>> found = at_thresholds([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.1], [1, 2, 3, 4], {"f1": 0.5}, Money.of(10, 1))["f1"]
    >>> found["precision"]["value"], found["recall"]["value"], found["profit"]["value"]
    (0.5, 0.5, 8.0)
    """
    edges = sorted(set(thresholds.values()))
    levels = Levels.count(y, p, groups, edges, draws=draws, seed=seed)
    return {name: _at(levels, edges.index(value), value, money) for name, value in thresholds.items()}


def _at(levels: Levels, edge: int, value: float, money: Money | None) -> AtThreshold:
    rows, buyers = levels.rows.sum(axis=1), levels.bought.sum(axis=1)
    chosen, hits = levels.from_edge(edge)
    n, positives, selected, caught = (int(found[0]) for found in (rows, buyers, chosen, hits))
    return AtThreshold(
        value=value,
        n=n,
        selected=selected,
        share=selected / n,
        confusion=Confusion(
            true_positive=caught,
            false_positive=selected - caught,
            false_negative=positives - caught,
            true_negative=n - selected - positives + caught,
        ),
        precision=_ratio(hits, chosen),
        recall=_ratio(hits, buyers),
        profit=_profit(money, caught, selected, _scaled(hits, rows), _scaled(chosen, rows))
        if money
        else None,
    )


def _profit(money: Money, caught: int, selected: int, hits: Floats, chosen: Floats) -> Estimate:
    drawn = (money.margin * hits[1:] - money.cost * chosen[1:]) / UNITS
    return estimate(money.earned(caught, selected), drawn)


def _scaled(part: Floats, rows: Floats) -> Floats:
    """As if each draw had the rows of the first; a draw without a row is undefined."""
    scaled: Floats = part * rows[0] / np.where(rows > 0, rows, np.nan)
    return scaled


def _ratio(over: Floats, under: Floats) -> Estimate:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(under > 0, over / under, np.nan)
    return estimate(float(ratio[0]), ratio[1:])
