"""What each stored threshold does on the test part: the confusion matrix, precision, recall and profit with intervals."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.assemble import estimate
from willbuy.evaluation.evaluate import DRAWS
from willbuy.evaluation.kinds import Kinds, count_kinds
from willbuy.evaluation.resample import Floats
from willbuy.evaluation.result.decision import AtThreshold
from willbuy.evaluation.result.metrics import Confusion, Estimate
from willbuy.offers.money import UNITS, Money


def at_thresholds(
    y: npt.ArrayLike,
    chosen: Mapping[str, npt.ArrayLike],
    groups: npt.ArrayLike,
    money: Money | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, AtThreshold]:
    """What each threshold, by name, chose (n,) of the rows with the outcomes `y`: none was chosen on these rows.

    Profit is in the currency's unit, its draws scaled to the number of rows there are; None without money.

    >>> found = at_thresholds([1, 0, 1, 0], {"f1": [1, 1, 0, 0]}, [1, 2, 3, 4], Money.of(10, 1))["f1"]
    >>> found["precision"]["value"], found["recall"]["value"], found["profit"]["value"]
    (0.5, 0.5, 8.0)
    """
    choices = np.stack([np.asarray(of, dtype=np.int64) for of in chosen.values()], axis=1)
    patterns, of_row = np.unique(choices, axis=0, return_inverse=True)  # rows that no threshold tells apart
    drawn = count_kinds(y, of_row.ravel(), groups, len(patterns), draws=draws, seed=seed)
    return {
        name: _at(drawn, patterns[:, number].astype(np.float64), money) for number, name in enumerate(chosen)
    }


def _at(drawn: Kinds, mask: Floats, money: Money | None) -> AtThreshold:
    rows, buyers = drawn.rows.sum(axis=1), drawn.bought.sum(axis=1)
    chosen, hits = drawn.rows @ mask, drawn.bought @ mask
    n, positives, selected, caught = (int(found[0]) for found in (rows, buyers, chosen, hits))
    return AtThreshold(
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
        lift=_ratio(hits * rows, chosen * buyers),
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
