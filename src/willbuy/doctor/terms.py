"""Terms: what a formula that rebuilds a label may be made of. The columns, and whole numbers hidden in their products.

`views` and `view_to_cart_ratio` hold the carts, though no column is called so: their product is a whole number in every
row. Products and quotients are taken only where one side is no whole number and the outcome is one: whatever is whole by
chance alone in nearly every row would be a strange coincidence.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from willbuy.doctor.alone import Floats

NEARLY = 0.05  # how far from a whole number a rounded ratio may put its product
# Rows that a product is tried on first, and the share of whole numbers that it must have there
FEW, ALMOST = 2000, 0.9
MOST = 400  # terms: what a formula is searched in must stay small


@dataclass(frozen=True)
class Term:
    """A column, or a product or quotient of two: how it is written, what it reads, its value in each row (n,)."""

    text: str
    columns: frozenset[str]
    values: Floats


def terms_of(columns: dict[str, Floats]) -> list[Term]:
    """The columns that vary, then the hidden whole numbers; at most MOST. Nulls must be filled.

    >>> found = terms_of({"views": np.array([4.0, 5.0, 8.0]), "carts_per_view": np.array([0.25, 0.4, 0.125])})
    >>> [term.text for term in found], found[-1].values.tolist()
    (['views', 'carts_per_view', 'round(carts_per_view * views)'], [1.0, 2.0, 1.0])
    """
    plain = [Term(name, frozenset([name]), values) for name, values in columns.items() if np.ptp(values) > 0]
    broken = [term for term in plain if not _whole(term.values)]
    whole = [term for term in plain if _whole(term.values)]
    hidden = _distinct(_hidden(broken, whole), whole)
    # What was hidden may itself be a factor: views = total - round(share * total), carts = round(ratio * views)
    deeper = _distinct(_hidden(broken, [*hidden, *_differences(whole, hidden)]), [*whole, *hidden])
    return [*plain, *hidden, *deeper][:MOST]


def _hidden(broken: Sequence[Term], whole: Sequence[Term]) -> Iterator[Term]:
    """Whole numbers in the products and quotients of a column that holds none with one that does, or with its like."""
    for one, other in [*product(broken, whole), *combinations(broken, 2)]:
        if one.columns >= other.columns:
            continue
        step = max(1, len(one.values) // FEW)
        a, b = one.values[::step], other.values[::step]
        for text, make in _combined(one, other):
            if not _whole(make(a, b), ALMOST):
                continue  # most pairs are done with here, at the cost of a few rows
            values = make(one.values, other.values)
            if np.ptp(values) > 0 and _whole(values):
                yield Term(text, one.columns | other.columns, np.round(values))


def _combined(one: Term, other: Term) -> Iterator[tuple[str, Callable[[Floats, Floats], Floats]]]:
    """Product and quotients of two terms: how each is written, and how it is made of their values."""
    yield f"round({one.text} * {other.text})", lambda a, b: a * b
    yield f"round({one.text} / {other.text})", _divided
    yield f"round({other.text} / {one.text})", lambda a, b: _divided(b, a)


def _divided(over: Floats, below: Floats) -> Floats:
    """0 where nothing stands under the line."""
    return np.divide(over, below, out=np.zeros_like(over), where=below != 0)


def _differences(whole: Sequence[Term], hidden: Sequence[Term]) -> Iterator[Term]:
    for one, other in product(whole, hidden):
        if one.columns & other.columns:
            yield Term(f"({one.text} - {other.text})", one.columns | other.columns, one.values - other.values)


def _distinct(terms: Iterable[Term], known: Sequence[Term]) -> list[Term]:
    """The terms that say something new: neither what is known nor what another of them says."""
    seen, kept = {term.values.tobytes() for term in known}, []
    for term in terms:
        key = term.values.tobytes()
        if key not in seen:
            seen.add(key)
            kept.append(term)
    return kept


def _whole(values: Floats, share: float = 0.99) -> bool:
    """Whether nearly all of the values other than 0 are whole numbers, or as near as a rounded ratio may put them."""
    other = values[np.abs(values) > NEARLY]
    return len(other) == 0 or bool(np.mean(np.abs(other - np.round(other)) <= NEARLY) >= share)


def matrix(terms: Sequence[Term]) -> Floats:
    """The terms' values side by side, a column of ones first, shape (n, 1 + terms)."""
    return np.column_stack([np.ones(len(terms[0].values)), *(term.values for term in terms)])
