"""The visitor bootstrap: entities are drawn with replacement, and all rows of an entity travel together.

Drawn as weights: each entity's weight in a draw is Poisson(1), the large-sample form of drawing with replacement
(Hanley and MacGibbon 2006; Chamandy et al. 2012). The weights of c one-row entities that look alike add up
to Poisson(c), so rows with the same scores and the same outcome need one number a draw, not one each.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BATCH_CELLS = 2_000_000  # weights held at once: 16 MB


def _poisson_table() -> npt.NDArray[np.float64]:
    """65,536 equally likely values of a Poisson(1): a 16-bit number picks one. Above 8 lies 1 in 10 million: left out."""
    chances = [np.exp(-1.0)]
    for k in range(1, 9):
        chances.append(chances[-1] / k)
    edges = np.round(np.cumsum(chances) / np.sum(chances) * 65_536).astype(np.int64)
    return np.repeat(np.arange(9.0), np.diff(edges, prepend=0))


_POISSON = _poisson_table()


class Resampler:
    """Draws of the weights of cells. A cell is a set of rows that no metric can tell apart.

    `cell_of_row` has values in [0, cells); `groups` names each row's entity.
    """

    def __init__(self, cell_of_row: Ints, groups: npt.NDArray[np.int64], cells: int) -> None:
        _, entity = np.unique(groups, return_inverse=True)
        rows_of_entity = np.bincount(entity)
        self.entities = len(rows_of_entity)
        self.counts: Floats = np.bincount(cell_of_row, minlength=cells).astype(np.float64)
        alone = rows_of_entity[entity] == 1
        single = np.bincount(cell_of_row[alone], minlength=cells)
        self._ones = np.flatnonzero(single == 1)
        self._many = np.flatnonzero(single > 1)
        self._many_counts = single[self._many].astype(np.float64)
        self._join(cell_of_row[~alone], entity[~alone])

    def _join(self, cell: Ints, entity: Ints) -> None:
        """Lay out the rows of entities with several rows by cell, so that one reduceat a draw adds them up."""
        order = np.argsort(cell, kind="stable")
        self._joined_cells, self._joined_starts = np.unique(cell[order], return_index=True)
        members, code = np.unique(entity[order], return_inverse=True)
        self._joined_entities, self._joined_code = len(members), code

    def draws(self, count: int, seed: int) -> Iterator[Floats]:
        """Yield (b, cells) arrays of weights, `count` draws in all. The same seed gives the same draws."""
        size = max(1, min(count, BATCH_CELLS // max(len(self.counts), self._joined_entities, 1)))
        rng = np.random.default_rng(seed)
        for begin in range(0, count, size):
            yield self._draw(rng, min(size, count - begin))

    def _draw(self, rng: np.random.Generator, size: int) -> Floats:
        weights = np.zeros((size, len(self.counts)))
        if len(self._ones) == len(self.counts):
            return _ones(rng, size, len(self._ones))
        weights[:, self._ones] = _ones(rng, size, len(self._ones))
        weights[:, self._many] = rng.poisson(self._many_counts, (size, len(self._many)))
        if self._joined_entities:
            drawn = _ones(rng, size, self._joined_entities)
            for row, of_entity in zip(
                weights, drawn, strict=True
            ):  # a row at a time: the gather stays in the cache
                row[self._joined_cells] += np.add.reduceat(of_entity[self._joined_code], self._joined_starts)
        return weights


def _ones(rng: np.random.Generator, size: int, cells: int) -> Floats:
    return _POISSON[rng.integers(0, 65_536, (size, cells), dtype=np.uint16)]
