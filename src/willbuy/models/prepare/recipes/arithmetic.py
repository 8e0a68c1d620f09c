"""What recipes compute with: sums, shares and products of columns, in which null stays null."""

from collections.abc import Callable, Sequence

import numpy as np

from willbuy.models.prepare.recipes.protocol import Engineered, Sources
from willbuy.models.rows import Floats


def total(sources: Sources, names: Sequence[str], learnt: Floats | None = None) -> Floats:
    """The sum (n,) of columns, added in their order.

    >>> from willbuy.models.prepare.column import Column
    >>> columns = (Column("a", "number"), Column("b", "number"))
    >>> total(Sources(columns, np.array([[1.0, 2.0], [1.0, np.nan]])), ["a", "b"]).tolist()
    [3.0, nan]
    """
    found = sources.number(names[0]).copy()
    for name in names[1:]:
        found += sources.number(name)
    return found


def mean(sources: Sources, names: Sequence[str], learnt: Floats | None = None) -> Floats:
    """The mean (n,) of columns."""
    return total(sources, names) / len(names)


def product(sources: Sources, names: Sequence[str], learnt: Floats | None = None) -> Floats:
    """The product (n,) of columns; of flags 1 where all are set."""
    found = sources.number(names[0]).copy()
    with np.errstate(over="ignore"):  # what is too large is no finite number, and becomes null
        for name in names[1:]:
            found *= sources.number(name)
    return found


def share(part: Floats, whole: Floats) -> Floats:
    """part / whole (n,), null where the whole is 0.

    >>> share(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    found: Floats = np.full(len(part), np.nan)
    with np.errstate(over="ignore"):
        np.divide(part, whole, out=found, where=whole != 0)
    return found


def per_one_more(part: Floats, count: Floats) -> Floats:
    """part / (count + 1) (n,), null where that would be a division by 0."""
    return share(part, count + 1.0)


def ratio(
    name: str, words: str, part: str, whole: str, by: Callable[[Floats, Floats], Floats] = share
) -> Engineered:
    """A column of two others: `part` by `whole`."""

    def value(sources: Sources, names: Sequence[str], learnt: Floats) -> Floats:
        return by(sources.number(part), sources.number(whole))

    return Engineered(name, words, (part, whole), value)


def both(name: str, words: str, *sources: str) -> Engineered:
    """A column that is the product of others."""
    return Engineered(name, words, sources, product)
