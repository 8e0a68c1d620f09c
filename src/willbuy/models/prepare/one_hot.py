"""One-hot columns: a 0 or 1 for each value that a category holds in the rows that are fitted."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError
from willbuy.models.prepare.column import Column
from willbuy.models.rows import Floats

Integers = NDArray[np.int64]


class OneHot:
    """Which output (counted from 0) a value of a category sets: `column`, `code`, `output`, each (values that set one,).

    Rare values of a category share an output. A value that sets none is unseen: all outputs of its category are 0. Where the
    category is null, they are null too.

    >>> rows = np.array([[0.0], [0.0], [1.0], [2.0]])
    >>> hot = OneHot.fit((Column("c", "category", ("a", "b", "c", "d")),), rows, rare=2)
    >>> hot.names((Column("c", "category", ("a", "b", "c", "d")),)), hot.of(np.array([[0.0], [2.0], [3.0]])).tolist()
    (['c=a', 'c: rare'], [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    """

    arrays_of = ("hot_column", "hot_code", "hot_output")

    def __init__(self, hot_column: object, hot_code: object, hot_output: object) -> None:
        self.column = np.ascontiguousarray(hot_column, dtype=np.int64)
        self.code = np.ascontiguousarray(hot_code, dtype=np.int64)
        self.output = np.ascontiguousarray(hot_output, dtype=np.int64)
        self._check()
        self._tables = [self._table(int(column)) for column in np.unique(self.column)]

    def _check(self) -> None:
        found = (self.column, self.code, self.output)
        if any(array.shape != self.column.shape or array.ndim != 1 for array in found):
            raise BundleError("one-hot columns: the arrays are not of one length")
        outputs = np.unique(self.output)
        if any((array < 0).any() for array in found) or outputs.tolist() != list(range(len(outputs))):
            raise BundleError("one-hot columns: the outputs are not numbered from 0 on")

    @classmethod
    def fit(cls, columns: Sequence[Column], filled: Floats, rare: int) -> Self:
        """Learn from rows (n, columns) whose nulls are filled; a value on fewer than `rare` rows is rare."""
        found: list[tuple[int, int, int]] = []
        outputs = 0
        for place, column in enumerate(columns):
            if column.role != "category":
                continue
            codes = filled[:, place]
            values = len(column.every_value)
            seen = codes[(codes >= 0) & (codes < values)].astype(np.intp)  # neither null nor unseen
            counts = np.bincount(seen, minlength=values)
            often, seldom = np.flatnonzero(counts >= rare), np.flatnonzero((counts > 0) & (counts < rare))
            found += [(place, int(code), outputs + number) for number, code in enumerate(often)]
            found += [(place, int(code), outputs + len(often)) for code in seldom]
            outputs += len(often) + bool(len(seldom))
        arrays = np.array(found, dtype=np.int64).reshape(-1, 3)
        return cls(arrays[:, 0], arrays[:, 1], arrays[:, 2])

    @property
    def width(self) -> int:
        """How many outputs."""
        return int(self.output.max(initial=-1)) + 1

    @property
    def columns(self) -> list[int]:
        """The place of each output's category among the columns."""
        first = np.unique(self.output, return_index=True)[1]
        return [int(place) for place in self.column[first]]

    def names(self, columns: Sequence[Column]) -> list[str]:
        """A name for each output."""
        found = [""] * self.width
        for place, code, output in zip(self.column, self.code, self.output, strict=True):
            column = columns[place]
            several = bool(found[output])
            found[output] = f"{column.name}: rare" if several else f"{column.name}={column.every_value[code]}"
        return found

    def of(self, filled: Floats, found: Floats | None = None) -> Floats:
        """The outputs (n, width) of rows (n, columns) whose nulls are filled; written into `found` where it is given."""
        found = np.empty((len(filled), self.width)) if found is None else found
        found[:] = 0.0
        for column, first, last, table in self._tables:
            codes = filled[:, column]
            output = self._looked_up(codes, table)
            seen = np.flatnonzero(output >= 0)
            found[seen, output[seen]] = 1.0
            null = np.isnan(codes)
            if null.any():
                found[null, first:last] = np.nan
        return found

    def tables(self) -> list[tuple[int, int, int, list[int]]]:
        """Of each category its place, its outputs from first to before last, and the output of every code, -1 for none."""
        return [(column, first, last, table[:-1].tolist()) for column, first, last, table in self._tables]

    def unseen(self, filled: Floats) -> dict[int, int]:
        """By the place of a category, how many rows hold a value that sets no output."""
        return {
            column: int(np.count_nonzero((self._looked_up(codes, table) < 0) & ~np.isnan(codes)))
            for column, _, _, table in self._tables
            for codes in (filled[:, column],)
        }

    @staticmethod
    def _looked_up(codes: Floats, table: Integers) -> Integers:
        inside = (codes >= 0) & (codes < len(table) - 1)  # the last entry stands for every other code
        return table[np.where(inside, codes, -1).astype(np.intp)]

    def _table(self, column: int) -> tuple[int, int, int, Integers]:
        """A category's place, its outputs from first to before last, and the output of every code."""
        mine = self.column == column
        codes, outputs = self.code[mine], self.output[mine]
        table = np.full(int(codes.max()) + 2, -1, dtype=np.int64)
        table[codes] = outputs
        return column, int(outputs.min()), int(outputs.max()) + 1, table

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays that make it anew."""
        return dict(zip(self.arrays_of, (self.column, self.code, self.output), strict=True))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make it from `arrays()`. Raises BundleError where they do not fit together."""
        return cls(**{name: arrays[name] for name in cls.arrays_of})
