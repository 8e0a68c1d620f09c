"""Bands: a probability in a plain word, against the base rate of the shop it was trained on.

The bounds are multiples of the base rate's odds. Where buying is rare that is the multiple of the rate itself: 4 times
the odds of 1 % are 3.9 %. Where it is common no bound runs past 1: 4 times the odds of 50 % are 80 %, not 200 %.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError, NotEnoughData

TIMES_THE_ODDS = {"very high": 4.0, "high": 2.0, "medium": 0.5, "low": 0.0}


@dataclass(frozen=True)
class Band:
    """A band: probabilities from `low` (inclusive) to `high` (exclusive; the topmost ends at 1 and holds it).

    `times` is `low` over the base rate.
    """

    name: str
    low: float
    high: float
    times: float

    def to_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def bands_for(base_rate: float) -> tuple[Band, ...]:
    """The bands of a base rate, the highest first; they share the probabilities from 0 to 1 without a gap.

    Bounds are rounded to two digits, so that they are what is printed. Raises NotEnoughData unless 0 < base_rate < 1.

    >>> [(band.name, band.low) for band in bands_for(0.01)]
    [('very high', 0.039), ('high', 0.02), ('medium', 0.005), ('low', 0.0)]
    >>> [(band.name, band.low) for band in bands_for(0.5)]
    [('very high', 0.8), ('high', 0.67), ('medium', 0.33), ('low', 0.0)]
    """
    if not 0.0 < base_rate < 1.0:
        raise NotEnoughData(
            f"the base rate is {base_rate}; bands need rows that buy and rows that do not. Take a longer log"
        )
    odds = base_rate / (1.0 - base_rate)
    bands, high = [], 1.0
    for name, times in TIMES_THE_ODDS.items():
        low = _two_digits(times * odds / (1.0 + times * odds))
        bands.append(Band(name, low, high, round(low / base_rate, 4)))
        high = low
    return tuple(bands)


def bands_from(manifest: Iterable[Mapping[str, Any]]) -> tuple[Band, ...]:
    """Bands as a bundle's manifest holds them under `bands`. Raises BundleError where they are none."""
    try:
        bands = tuple(Band(**one) for one in manifest)
        edges = [band.low for band in bands]
        falling = all(a > b for a, b in pairwise(edges))
    except TypeError as error:
        raise BundleError("the bundle's bands cannot be read. Train again") from error
    if not bands or not falling or edges[-1] != 0.0:
        raise BundleError("the bundle's bands do not fall from 1 to 0. Train again")
    return bands


def band_of(probability: NDArray[np.float64], bands: Sequence[Band]) -> NDArray[np.str_]:
    """The name of the band of each probability, shape (n,).

    >>> band_of(np.array([0.3, 0.01, 0.039, 0.0]), bands_for(0.01)).tolist()
    ['very high', 'medium', 'very high', 'low']
    """
    rising = list(reversed(bands))
    edges, names = np.array([band.low for band in rising]), np.array([band.name for band in rising])
    found: NDArray[np.str_] = names[np.searchsorted(edges, probability, side="right") - 1]
    return found


def _two_digits(share: float) -> float:
    """Two digits of the share, or of what it lacks to 1 where that is smaller."""
    return float(f"{share:.2g}") if share <= 0.5 else round(1.0 - float(f"{1.0 - share:.2g}"), 15)
