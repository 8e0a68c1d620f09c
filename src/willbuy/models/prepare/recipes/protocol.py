"""What a recipe is: columns made of a table's own, each with a name, words and the columns that it is made of.

A column is written once and computed twice: of many rows, with arrays, and of one row, with plain numbers. Both do the same
operations in the same order, so they give the same bits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Protocol, TypeVar

import numpy as np

from willbuy.errors import ShopError, listed, printable
from willbuy.models.prepare.column import Column
from willbuy.models.rows import Floats

UNKNOWN = "unknown"

Number = TypeVar("Number", Floats, float)
"""The values (n,) of many rows, or the value of one."""


Number_co = TypeVar("Number_co", Floats, float, covariant=True)


class Source(Protocol[Number_co]):
    """A table's columns by their names, of many rows or of one."""

    def number(self, name: str) -> Number_co:
        """The values of a number or a flag."""
        ...

    def mapped(self, name: str, numbers: Mapping[str, float]) -> Number_co:
        """A number for each value of a category; NaN for values that have none."""
        ...


class Value(Protocol):
    """Makes an engineered column of its sources and of what was learnt for it."""

    def __call__(self, sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number: ...


class Sources:
    """The rows of a table by the names of their columns, nulls filled by their rules; one still null is NaN.

    >>> sources = Sources((Column("pages", "number"), Column("Month", "category", ("Feb", "Mar"))), np.array([[3.0, 1.0]]))
    >>> sources.number("pages").tolist(), sources.mapped("Month", {"Feb": 2, "Mar": 3}).tolist()
    ([3.0], [3.0])
    """

    def __init__(self, columns: Sequence[Column], rows: Floats) -> None:
        self._columns = {column.name: (place, column) for place, column in enumerate(columns)}
        self._rows = rows

    def number(self, name: str) -> Floats:
        """The values (n,) of a number or a flag. Raises ShopError where it was declared a category."""
        place, column = self._columns[name]
        if column.role == "category":
            raise ShopError(f"the recipe computes with '{printable(name)}'; declare it a number or a flag")
        return self._rows[:, place]

    def mapped(self, name: str, numbers: Mapping[str, float]) -> Floats:
        """A number (n,) for each value of a category; NaN for values that have none."""
        place, column = self._columns[name]
        if column.role != "category":
            raise ShopError(f"the recipe reads the values of '{printable(name)}'; declare it a category")
        table = np.array([numbers.get(value, np.nan) for value in column.every_value] + [np.nan])
        code = self._rows[:, place]
        return table[np.where((code >= 0) & (code < len(table)), code, -1).astype(np.intp)]


class OneSource:
    """The same of one row: its values in the order of the columns, nulls filled by their rules.

    >>> columns = (Column("pages", "number"), Column("Month", "category", ("Feb", "Mar")))
    >>> source = OneSource(columns)
    >>> source.values = [3.0, 1.0]
    >>> source.number("pages"), source.mapped("Month", {"Feb": 2, "Mar": 3})
    (3.0, 3)
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.values: Sequence[float] = ()
        self._places = {column.name: place for place, column in enumerate(columns)}
        self._every_value = {column.name: column.every_value for column in columns}

    def number(self, name: str) -> float:
        return self.values[self._places[name]]

    def mapped(self, name: str, numbers: Mapping[str, float]) -> float:
        code, every = self.values[self._places[name]], self._every_value[name]
        if isnan(code) or not 0 <= code < len(every):
            return nan
        return numbers.get(every[int(code)], nan)


def nothing(sources: Sources, names: Sequence[str]) -> Floats:
    """What is fitted for a column that needs nothing fitted."""
    return np.empty(0)


@dataclass(frozen=True)
class Engineered:
    """A column that is computed from others.

    `fit` learns a few numbers (k,) of the rows it is fitted on, `value` makes the column (n,) of rows and those numbers; both
    are given the names of the sources that the table has. With `any_of` one source is enough, otherwise all are needed.
    """

    name: str
    words: str
    sources: tuple[str, ...]
    value: Value
    fit: Callable[[Sources, Sequence[str]], Floats] = nothing
    any_of: bool = False


@dataclass(frozen=True)
class Label:
    """A name for each row, such as a behavioural segment: `value` gives its place (n,) among `values`, NaN where unknown."""

    name: str
    words: str
    sources: tuple[str, ...]
    values: tuple[str, ...]
    value: Callable[[Sources, Sequence[str], Floats], Floats]
    fit: Callable[[Sources, Sequence[str]], Floats] = nothing
    any_of: bool = False


Made = TypeVar("Made", Engineered, Label)


@dataclass(frozen=True)
class Recipe:
    """Engineered columns and labels by a name."""

    name: str
    words: str
    engineered: tuple[Engineered, ...] = ()
    labels: tuple[Label, ...] = ()

    def on(self, columns: Sequence[Column]) -> "Recipe":
        """What of the recipe a table can have. Raises ShopError where that is nothing, a name is taken or a role is another.

        A column whose sources the table lacks is left out: a table without PageValues has a recipe too.
        """
        names = {column.name for column in columns}
        found = replace(self, engineered=_with(names, self.engineered), labels=_with(names, self.labels))
        if self.engineered and not found.engineered:
            wanted = sorted({source for made in self.engineered for source in made.sources} - names)
            raise ShopError(
                f"the recipe '{self.name}' finds none of its columns; it is made of {listed(wanted)}"
            )
        if taken := sorted(names & {made.name for made in found.engineered}):
            raise ShopError(
                f"the recipe '{self.name}' makes a column '{printable(taken[0])}', which the table has; "
                'ignore that column, or take recipe = "none"'
            )
        _try(found, columns)
        return found

    def left_out(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """The engineered columns that the table lacks the sources for."""
        kept = {made.name for made in self.on(columns).engineered}
        return tuple(made.name for made in self.engineered if made.name not in kept)


def _try(recipe: Recipe, columns: Sequence[Column]) -> None:
    """Make everything of one row, so that a source of another role is found before there are rows."""
    sources = Sources(columns, np.zeros((1, len(columns))))
    every: tuple[Engineered | Label, ...] = (*recipe.engineered, *recipe.labels)
    for made in every:
        made.value(sources, made.sources, made.fit(sources, made.sources))


def _with(names: set[str], every: Sequence[Made]) -> tuple[Made, ...]:
    """Those that can be made, each with the sources that are there."""
    found = []
    for made in every:
        there = tuple(source for source in made.sources if source in names)
        if there and (made.any_of or len(there) == len(made.sources)):
            found.append(replace(made, sources=there))
    return tuple(found)
