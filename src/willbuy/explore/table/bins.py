"""The values of a column in a few bins: each value its own where there are few, spans of like many rows otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from willbuy.models.prepare.column import Column

Floats = NDArray[np.float64]

FEW = 12
"""Values up to which each is a bin of its own."""

SPANS = 8
FEWEST_ROWS = 30
"""Rows that a span should have at least, and that a bin must have to be named in a sentence."""

BARS = 20
MISSING, UNSEEN, REST = "missing", "not among the values", "all other values"


@dataclass(frozen=True)
class Bin:
    """A name to show, which rows lie in it (n,), and whether it is a span of several values."""

    name: str
    rows: NDArray[np.bool_]
    span: bool = False


def bins(column: Column, values: Floats) -> list[Bin]:
    """The bins of a coded column (n,), null last; of a category the most frequent values first.

    >>> [(one.name, int(one.rows.sum())) for one in bins(Column("a", "flag"), np.array([0.0, 1.0, np.nan]))]
    [('no', 1), ('yes', 1), ('missing', 1)]
    """
    null = np.isnan(values)
    if column.role == "category":
        found = _categories(column, values)
    elif column.role == "flag":
        found = [Bin(name, values == code) for name, code in (("no", 0.0), ("yes", 1.0))]
    else:
        found = _spans(values)
    every = [*found, Bin(MISSING, null)]
    return [one for one in every if one.rows.any()]


def _categories(column: Column, values: Floats) -> list[Bin]:
    """The most frequent values, then all others together; those of few values in their declared order."""
    names = column.every_value
    counts = {code: int((values == code).sum()) for code in range(len(names))}
    there = [code for code, number in counts.items() if number]
    kept = there if len(there) <= FEW else sorted(there, key=lambda code: (-counts[code], code))[: FEW - 1]
    found = [Bin(names[code], values == code) for code in kept]
    if len(kept) < len(there):
        found.append(Bin(REST, np.isin(values, kept, invert=True) & (values >= 0)))
    return [*found, Bin(UNSEEN, values == -1)]


def _spans(values: Floats) -> list[Bin]:
    """Spans of about as many rows each; equal values are never parted, and one that an eighth of the rows have stands alone.

    >>> [(one.name, int(one.rows.sum())) for one in _spans(np.array([0.0] * 50 + list(range(1, 51))))][:2]
    [('0', 50), ('1 to 13', 13)]
    """
    distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(distinct) <= FEW:
        return [Bin(plain(value), values == value) for value in distinct]
    alone = counts >= counts.sum() / SPANS
    target = max(counts[~alone].sum() / SPANS, min(FEWEST_ROWS, counts.sum() / SPANS))
    starts, held = [0], 0
    for place, number in enumerate(counts.tolist()):
        if held and (held >= target or alone[place] or alone[place - 1]):
            starts.append(place)
            held = 0
        held += number
    lows, highs = distinct[starts], distinct[[*(start - 1 for start in starts[1:]), -1]]
    return [
        Bin(span(low, high), (values >= low) & (values <= high), low < high)
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True)
    ]


def histogram(values: Floats) -> list[tuple[str, int]]:
    """How many rows lie in bars of like width, each named by its begin, from the least value to the 99th percentile; beyond
    it is the last bar.

    >>> histogram(np.append(np.arange(100.0), 1e6))[-1][0], len(histogram(np.arange(1000.0)))
    ('over 99', 21)
    """
    known = values[~np.isnan(values)]
    low, high = (float(one) for one in np.quantile(known, [0.0, 0.99]))
    if low == high:
        high = float(known.max())
    edges = np.linspace(low, high, BARS + 1)
    if (known == np.floor(known)).all() and high - low < 1e9:  # whole numbers: no bar between two of them
        width = max(1, -(-int(high - low + 1) // BARS))
        edges = np.arange(low, high + width + 1, width)
    counts = np.histogram(known[known <= high], edges)[0]
    named = [(plain(float(edge)), int(n)) for edge, n in zip(edges[:-1], counts, strict=True)]
    beyond = int((known > high).sum())
    return [*named, (f"over {plain(high)}", beyond)] if beyond else named


def plain(value: float) -> str:
    """A number as people read it: whole from a thousand on, three digits that say something below it.

    >>> plain(3.0), plain(0.123456), plain(63973.52), plain(-250.0)
    ('3', '0.123', '63,974', '-250')
    """
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def span(low: float, high: float) -> str:
    """`3`, or `3 to 7`."""
    return plain(low) if low == high else f"{plain(low)} to {plain(high)}"


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, those that come again told apart: two spans may read alike once they are rounded.

    >>> unique_names(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
