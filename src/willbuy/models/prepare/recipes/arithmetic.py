"""What recipes compute with: sums, shares and products of columns, in which null stays null; of many rows or of one."""

from collections.abc import Sequence
from math import nan
from typing import Protocol

import numpy as np

from willbuy.models.prepare.recipes.protocol import Engineered, Number, Source
from willbuy.models.rows import Floats


class Quotient(Protocol):
    """Divides one column by another."""

    def __call__(self, part: Number, whole: Number, /) -> Number: ...


def total(sources: Source[Number], names: Sequence[str], learnt: Floats | None = None) -> Number:
    """The sum of columns, added in their order.

    >>> from willbuy.models.prepare.column import Column
    >>> from willbuy.models.prepare.recipes.protocol import Sources
    >>> columns = (Column("a", "number"), Column("b", "number"))
    >>> total(Sources(columns, np.array([[1.0, 2.0], [1.0, np.nan]])), ["a", "b"]).tolist()
    [3.0, nan]
    """
    found = sources.number(names[0])
    for name in names[1:]:
        found = found + sources.number(name)
    return found


def mean(sources: Source[Number], names: Sequence[str], learnt: Floats | None = None) -> Number:
    """The mean of columns."""
    return total(sources, names) / len(names)


def product(sources: Source[Number], names: Sequence[str], learnt: Floats | None = None) -> Number:
    """The product of columns; of flags 1 where all are set. What is too large for a number is infinite."""
    found = sources.number(names[0])
    for name in names[1:]:
        found = times(found, sources.number(name))
    return found


def times(one: Number, other: Number) -> Number:
    """one * other, without a warning where it is infinite."""
    if isinstance(one, float):
        return one * other
    with np.errstate(over="ignore"):
        return one * other


def share(part: Number, whole: Number) -> Number:
    """part / whole, null where the whole is 0.

    >>> share(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist(), share(1.0, 4.0), share(1.0, 0.0)
    ([0.25, nan], 0.25, nan)
    """
    if isinstance(part, float):
        return part / whole if whole != 0 else nan
    found: Floats = np.full(len(part), np.nan)
    with np.errstate(over="ignore"):
        np.divide(part, whole, out=found, where=whole != 0)
    return found


def per_one_more(part: Number, count: Number) -> Number:
    """part / (count + 1), null where that would be a division by 0."""
    return share(part, count + 1.0)


def ratio(name: str, words: str, part: str, whole: str, by: Quotient = share) -> Engineered:
    """A column of two others: `part` by `whole`."""

    def value(sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number:
        return by(sources.number(part), sources.number(whole))

    return Engineered(name, words, (part, whole), value)


def both(name: str, words: str, *sources: str) -> Engineered:
    """A column that is the product of others."""
    return Engineered(name, words, sources, product)
