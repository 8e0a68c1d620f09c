"""Several scores over the same rows: joint cells, so that one draw of weights serves them all and differences are paired."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from willbuy.evaluation.resample import Floats, Ints


@dataclass(frozen=True)
class Source:
    """Where a score's weights come from: the joint cells (`of` is None) or a finer score's cells."""

    of: str | None
    cells: Ints  # the score's cell of each of the source's cells
    size: int

    def gather(self, weights: Floats) -> Floats:
        """Add up (b, source cells) weights into (b, cells)."""
        if np.array_equal(self.cells, np.arange(weights.shape[1])):
            return weights
        return np.stack([np.bincount(self.cells, weights=row, minlength=self.size) for row in weights])


@dataclass(frozen=True)
class Joint:
    """Rows that stand in the same cell of every score are one joint cell."""

    of_row: Ints
    size: int
    sources: Mapping[str, Source]  # a finer score before those that are read off it

    @classmethod
    def of(cls, cell_of_row: Mapping[str, Ints]) -> "Joint":
        """Join the cells of several scores.

        >>> joint = Joint.of({"a": np.array([0, 0, 1, 1]), "b": np.array([0, 1, 2, 2])})
        >>> joint.size, {name: source.of for name, source in joint.sources.items()}
        (3, {'b': None, 'a': 'b'})
        """
        names = sorted(cell_of_row, key=lambda name: -int(cell_of_row[name].max()))
        of_row = cell_of_row[names[0]]
        for name in names[1:]:
            of_row = _pair(of_row, cell_of_row[name])
        size = int(of_row.max()) + 1
        one = np.empty(size, dtype=np.int64)  # one row of each joint cell stands for all of them
        one[of_row] = np.arange(len(of_row))
        cells = {name: cell_of_row[name][one] for name in names}
        return cls(of_row, size, {name: _source(name, cells) for name in names})

    def weights(self, drawn: Floats) -> dict[str, Floats]:
        """Score -> (b, its cells) weights, from (b, joint cells)."""
        found: dict[str, Floats] = {}
        for name, source in self.sources.items():
            found[name] = source.gather(drawn if source.of is None else found[source.of])
        return found


def _pair(left: Ints, right: Ints) -> Ints:
    codes: Ints = np.unique(left * (int(right.max()) + 1) + right, return_inverse=True)[1]
    return codes


def _source(name: str, cells: Mapping[str, Ints]) -> Source:
    """A score that tells apart no more than one before it is read off that one: fewer cells to add up in each draw."""
    own = cells[name]
    size = int(own.max()) + 1
    for finer, of in cells.items():
        if finer == name:
            break
        through = np.empty(int(of.max()) + 1, dtype=np.int64)
        through[of] = own
        if np.array_equal(through[of], own):
            return Source(finer, through, size)
    return Source(None, own, size)
