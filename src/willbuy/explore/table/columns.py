"""Each column against the outcome: the rate of buyers by value or span of values, and how the values are spread."""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from willbuy.evaluation.words import percent
from willbuy.explore.rate import Rate, rate
from willbuy.explore.table.bins import FEW, FEWEST_ROWS, MISSING, bins, histogram, unique_names
from willbuy.explore.words import number_of
from willbuy.models.prepare.column import Column


class ValueRate(TypedDict):
    """A bin of a column, one value or a span of them: its rows, and how many of them bought."""

    value: str
    span: bool
    buyers: Rate


class Bar(TypedDict):
    """A bar of the distribution."""

    value: str
    rows: int


class ColumnFound(TypedDict):
    """A column: its role, when it is known, its missing values, its bins, and how the values are spread.

    `explained` is the share of the outcome's variance between the bins (the correlation ratio, eta squared); `missing_buyers`
    is the rate of the rows without a value.
    """

    says: str
    name: str
    role: str
    known: str
    values: int
    missing: int
    missing_share: float
    missing_buyers: Rate
    explained: float | None
    bins: list[ValueRate]
    distribution: list[Bar]
    distribution_by_span: bool


def column(declared: Column, values: NDArray[np.float64], label: NDArray[np.int8]) -> ColumnFound:
    """A coded column (n,) against the label (n,)."""
    found = bins(declared, values)
    names = unique_names([one.name for one in found])
    rates = [
        ValueRate(value=name, span=one.span, buyers=rate(int(label[one.rows].sum()), int(one.rows.sum())))
        for name, one in zip(names, found, strict=True)
    ]
    null = np.isnan(values)
    distinct = len(np.unique(values[~null]))
    by_span = declared.role == "number" and distinct > FEW
    bars = (
        [Bar(value=name, rows=n) for name, n in _named(histogram(values))]
        if by_span
        else [Bar(value=one["value"], rows=one["buyers"]["of"]) for one in rates]
    )
    return ColumnFound(
        says=_says(rates, distinct),
        name=declared.name,
        role=declared.role,
        known=declared.known,
        values=distinct,
        missing=int(null.sum()),
        missing_share=float(null.mean()),
        missing_buyers=rate(int(label[null].sum()), int(null.sum())),
        explained=_explained(rates),
        bins=rates,
        distribution=bars,
        distribution_by_span=by_span,
    )


def _named(found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    names = unique_names([name for name, _ in found])
    return [(name, number) for name, (_, number) in zip(names, found, strict=True)]


def _explained(rates: list[ValueRate]) -> float | None:
    """Between the bins: sum of rows x (rate - mean)^2 over the sum of squares of all; None where all rows are alike."""
    of = sum(one["buyers"]["of"] for one in rates)
    mean = sum(one["buyers"]["hits"] for one in rates) / of if of else 0.0
    if mean in (0.0, 1.0):
        return None
    between = sum(one["buyers"]["of"] * ((one["buyers"]["rate"] or 0.0) - mean) ** 2 for one in rates)
    return between / (of * mean * (1 - mean))


def _says(rates: list[ValueRate], distinct: int) -> str:
    if distinct == 0:
        return "No row has a value."
    if len(rates) == 1:
        only = rates[0]["value"]
        return (
            f"Every row has the value {only}: the column can tell nothing."
            if distinct == 1
            else f"All rows lie in one span, {only}."
        )
    large = [one for one in rates if one["buyers"]["of"] >= FEWEST_ROWS]
    if len(large) < 2:
        return f"Only {number_of(len(large), 'value has', 'values have')} {FEWEST_ROWS} rows or more: too few to compare."
    best = max(large, key=lambda one: one["buyers"]["rate"] or 0.0)
    worst = min(large, key=lambda one: one["buyers"]["rate"] or 0.0)
    if best["buyers"]["rate"] == worst["buyers"]["rate"]:
        return f"{percent(best['buyers']['rate'])} buy at every value."
    top, bottom = best["buyers"], worst["buyers"]
    of_all = "" if len(large) == len(rates) else f" of {FEWEST_ROWS} rows or more"
    return (
        f"Of the {top['of']:,} rows {_value(best)}, {percent(top['rate'])} buy, the most{of_all}; the fewest, "
        f"{percent(bottom['rate'])} of {bottom['of']:,}, {_value(worst)}."
    )


def _value(one: ValueRate) -> str:
    if one["value"] == MISSING:
        return "without a value"
    return f"from {one['value']}" if one["span"] else f"with the value {one['value']}"
