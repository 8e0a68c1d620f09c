"""The threshold for a capacity: the N best at a scoring moment, since nobody can act on everyone."""

import numpy as np

from willbuy.offers.cuts import Cuts
from willbuy.offers.named import Named


def by_capacity(cuts: Cuts, capacity: int, population: float) -> Named:
    """The cut that chooses as many as `capacity` of the `population` rows of one scoring moment, and no more.

    The share capacity / population is read off the distribution of all scores. What cannot be as wished is noted:
    a capacity for everyone, and best scores that tie in a larger number.

    >>> cuts = Cuts.of(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 0, 1, 0]))
    >>> by_capacity(cuts, 250, population=1000).threshold.value
    0.75
    """
    if capacity >= population:
        return Named(
            "capacity",
            cuts.at(len(cuts.value) - 1),
            f"the capacity of {capacity:,} is not below the population of about {population:,.0f}: everyone is chosen",
        )
    room = cuts.n * capacity / population
    within = int(np.searchsorted(cuts.selected, room * (1 + 1e-12), side="right"))
    if within:
        return Named("capacity", cuts.at(within - 1))
    first = cuts.at(0)
    return Named(
        "capacity",
        first,
        f"the best score alone chooses about {first.share * population:,.0f} of a population of {population:,.0f},"
        f" more than the capacity of {capacity:,}",
    )
