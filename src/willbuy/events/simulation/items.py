"""The shelf: how popular items are, and what they are called."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Shelf:
    """Items by rank of popularity: rank r (from 0) is drawn in proportion to about (r + 1) ** -exponent.

    >>> shelf = Shelf(1000, exponent=0.8, seed=1)
    >>> ranks = shelf.draw(np.random.default_rng(1), 10_000)
    >>> bool((ranks < 100).mean() > 0.5), int(ranks.min()) >= 0, int(ranks.max()) < 1000
    (True, True, True)
    """

    def __init__(self, items: int, exponent: float, seed: int | np.random.SeedSequence) -> None:
        self.items = items
        self._power = 1.0 - exponent
        self._top = float(items + 1) ** self._power - 1.0
        self._names = np.random.default_rng(seed).permutation(2 * items)[:items]

    def draw(self, rng: np.random.Generator, n: int) -> Ints:
        """Draw `n` ranks: the inverse of the distribution of a bounded power law, rounded down."""
        place = (1.0 + rng.random(n) * self._top) ** (1.0 / self._power)
        ranks: Ints = np.minimum(place.astype(np.int64) - 1, self.items - 1)
        return ranks

    def names(self, ranks: Ints) -> Ints:
        """The item ids of ranks: an id says nothing about popularity."""
        return self._names[ranks]
