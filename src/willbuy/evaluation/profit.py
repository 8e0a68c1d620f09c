"""The profit curve: what contacting the best-scored share of the rows would have brought, with an interval."""

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.assemble import estimate
from willbuy.evaluation.cells import Ranked, Sums, coarsen, rank
from willbuy.evaluation.evaluate import DRAWS
from willbuy.evaluation.resample import Floats, Resampler
from willbuy.evaluation.result.decision import ProfitPoint
from willbuy.evaluation.scored import TOPS
from willbuy.offers.money import UNITS, Money

SHARES = np.unique(
    np.concatenate([[0.0], np.geomspace(0.001, 0.1, 25), np.linspace(0.1, 1, 46), [*TOPS.values()]]).round(6)
)
FINEST = 2000  # steps that draws see: many times the points of the curve


def profit_curve(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    money: Money,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[ProfitPoint]:
    """margin x buyers - cost x rows among the best-scored shares, in the currency's unit; a tie is entered in proportion.

    Draws are scaled to the number of rows there are. Empty where there is nobody to rank.

    >>> curve = profit_curve([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.1], [1, 2, 3, 4], Money.of(10, 1))
    >>> [point["profit"]["value"] for point in curve if point["share"] in (0.0, 0.5, 1.0)]
    [0.0, 8.0, 16.0]
    """
    outcomes, scores = np.asarray(y, dtype=np.int8), np.asarray(p, dtype=np.float64)
    if not 0 < outcomes.sum() < len(outcomes):
        return []
    n = len(outcomes)
    exact, of_row = rank(outcomes, scores)
    value = _read(exact, np.bincount(of_row).astype(np.float64)[None, :], money)[0]
    rough, of_cell = coarsen(exact, np.bincount(of_row).astype(np.float64), threshold=0.0, finest=FINEST)
    resampler = Resampler(of_cell[of_row], np.asarray(groups), len(rough.score))
    drawn = np.concatenate([_read(rough, weights, money) for weights in resampler.draws(draws, seed)])
    return [
        ProfitPoint(share=float(share), profit=estimate(float(value[i]) * n, drawn[:, i] * n))
        for i, share in enumerate(SHARES)
    ]


def _read(ranked: Ranked, weights: Floats, money: Money) -> Floats:
    """(b, shares) profit a row, in the currency's unit."""
    sums = Sums(ranked, weights)
    ends = np.unique(ranked.last)
    total, hits = sums.total[:, ends], sums.bought_before(ends)
    found = np.empty((len(weights), len(SHARES)))
    for row, (rows, buyers) in enumerate(zip(total, hits, strict=True)):
        n = rows[-1] or np.nan  # a draw without a row has no profit
        caught = np.interp(SHARES, np.append(0.0, rows / n), np.append(0.0, buyers))
        found[row] = (money.margin * caught - money.cost * SHARES * n) / UNITS / n
    return found
