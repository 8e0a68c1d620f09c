"""Rows counted by level: between which of a few fixed probabilities does each lie?

Thresholds and bands ask no more of a score than this, so that a draw of the visitor bootstrap is a handful of numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.resample import Floats, Resampler

FEWEST = 2  # entities that bought, and that did not: one of a kind has no spread


@dataclass(frozen=True)
class Levels:
    """Rows and buyers (1 + draws, edges + 1) by level; the first row are the counts themselves.

    Level j holds the probabilities from edge j - 1 (inclusive) to edge j (exclusive).
    """

    rows: Floats
    bought: Floats

    @classmethod
    def count(
        cls,
        y: npt.ArrayLike,
        p: npt.ArrayLike,
        groups: npt.ArrayLike,
        edges: Sequence[float],
        *,
        draws: int,
        seed: int,
    ) -> "Levels":
        """Count the probabilities `p` with the outcomes `y` between the ascending `edges`.

        There are no draws where fewer than 2 entities bought, or fewer than 2 did not.

        >>> found = Levels.count([1, 0, 0], [0.9, 0.5, 0.1], [1, 2, 3], [0.5], draws=100, seed=0)
        >>> found.rows.tolist(), found.bought.tolist()
        ([[1.0, 2.0]], [[0.0, 1.0]])
        """
        outcomes, entities = np.asarray(y).astype(np.int64), np.asarray(groups)
        level = np.searchsorted(np.asarray(edges), np.asarray(p, dtype=np.float64), side="right")
        resampler = Resampler(2 * level + outcomes, entities, 2 * (len(edges) + 1))
        known = min(len(np.unique(entities[outcomes == one])) for one in (0, 1)) >= FEWEST
        drawn = [resampler.counts[None, :], *(resampler.draws(draws, seed) if known else ())]
        cells = np.concatenate(drawn).reshape(-1, len(edges) + 1, 2)
        return cls(rows=cells.sum(axis=2), bought=cells[:, :, 1])

    def from_edge(self, number: int) -> tuple[Floats, Floats]:
        """(1 + draws,) rows and buyers at or above an edge."""
        return self.rows[:, number + 1 :].sum(axis=1), self.bought[:, number + 1 :].sum(axis=1)
