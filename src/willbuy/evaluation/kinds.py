"""Rows counted by a few kinds: the band that each lies in, or the thresholds that choose it.

Thresholds and bands ask no more of a score than this, so that a draw of the visitor bootstrap is a handful of numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.resample import Floats, Resampler

FEWEST = 2  # entities that bought, and that did not: one alone has no spread


@dataclass(frozen=True)
class Kinds:
    """Rows and buyers (1 + draws, kinds) of each kind; the first row are the counts themselves."""

    rows: Floats
    bought: Floats


def count_kinds(
    y: npt.ArrayLike, kind: npt.ArrayLike, groups: npt.ArrayLike, kinds: int, *, draws: int, seed: int
) -> Kinds:
    """Count the rows of each kind (0 .. kinds - 1), and those of them with the outcome 1.

    There are no draws where fewer than 2 entities bought, or fewer than 2 did not.

    >>> found = count_kinds([1, 0, 0], [1, 1, 0], [1, 2, 3], kinds=2, draws=100, seed=0)
    >>> found.rows.tolist(), found.bought.tolist()
    ([[1.0, 2.0]], [[0.0, 1.0]])
    """
    outcomes, entities = np.asarray(y).astype(np.int64), np.asarray(groups)
    resampler = Resampler(2 * np.asarray(kind, dtype=np.int64) + outcomes, entities, 2 * kinds)
    known = min(len(np.unique(entities[outcomes == one])) for one in (0, 1)) >= FEWEST
    drawn = [resampler.counts[None, :], *(resampler.draws(draws, seed) if known else ())]
    cells = np.concatenate(drawn).reshape(-1, kinds, 2)
    return Kinds(rows=cells.sum(axis=2), bought=cells[:, :, 1])
