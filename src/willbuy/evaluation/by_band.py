"""What each band holds on the test part: how many rows, how many of them bought."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.assemble import estimate
from willbuy.evaluation.evaluate import DRAWS
from willbuy.evaluation.kinds import count_kinds
from willbuy.evaluation.result.decision import BandResult
from willbuy.offers.bands import Band


def by_band(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    bands: Sequence[Band],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[BandResult]:
    """Each band, the highest first, with its rows, its buyers and the rate of buying with its interval.

    >>> from willbuy.offers.bands import bands_for
    >>> found = by_band([1, 0, 0, 0], [0.3, 0.2, 0.02, 0.01], range(4), bands_for(0.05))
    >>> [(band["name"], band["n"], band["positives"]) for band in found]
    [('very high', 2, 1), ('high', 0, 0), ('medium', 0, 0), ('low', 2, 0)]
    """
    edges = [band.low for band in reversed(bands)]
    kind = np.searchsorted(edges, np.asarray(p, dtype=np.float64), side="right") - 1
    drawn = count_kinds(y, kind, groups, len(bands), draws=draws, seed=seed)
    found = []
    for number, band in zip(reversed(range(len(bands))), bands, strict=True):
        rows, bought = drawn.rows[:, number], drawn.bought[:, number]
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = np.where(rows > 0, bought / rows, np.nan)
        found.append(
            BandResult(
                name=band.name,
                low=band.low,
                high=band.high,
                times=band.times,
                n=int(rows[0]),
                positives=int(bought[0]),
                actual=estimate(float(rate[0]), rate[1:]),
            )
        )
    return found
