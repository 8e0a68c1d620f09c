"""What stands for a null: a figure of each column, learnt by its declared rule from the rows that are fitted."""

from collections.abc import Sequence

import numpy as np

from willbuy.models.prepare.column import Column
from willbuy.models.rows import Floats


def fills(columns: Sequence[Column], rows: Floats) -> Floats:
    """What stands for null in each column (columns,); NaN where it is kept, or where no row says what to fill.

    >>> rows = np.array([[1.0, np.nan], [2.0, np.nan], [6.0, np.nan]])
    >>> fills([Column("a", "number", missing="mean"), Column("b", "number", missing="median")], rows).tolist()
    [3.0, nan]
    """
    found = [_fill(column, rows[:, place]) for place, column in enumerate(columns)]
    return np.array(found, dtype=np.float64)


def typical(columns: Sequence[Column], rows: Floats) -> Floats:
    """What most rows hold (columns,): the median of a number, the commonest value of a flag or category; NaN: nothing."""
    found = []
    for place, column in enumerate(columns):
        known = _known(column, rows[:, place])
        found.append(_median(known) if column.role == "number" else commonest(known))
    return np.array(found, dtype=np.float64)


def _fill(column: Column, values: Floats) -> float:
    constant = column.constant
    if constant is not None:
        return constant
    known = _known(column, values)
    match column.missing:
        case "zero":
            return 0.0
        case "median":
            return _median(known)
        case "mean":
            return float(known.mean()) if len(known) else np.nan
        case "most_frequent":
            return commonest(known)
        case _:
            return np.nan


def _known(column: Column, values: Floats) -> Floats:
    """The values that are not null, and of a category not unseen."""
    return values[~np.isnan(values) & ((values >= 0) | (column.role != "category"))]


def _median(known: Floats) -> float:
    return float(np.median(known)) if len(known) else np.nan


def commonest(known: Floats) -> float:
    """The commonest value, the least of equally common ones; NaN of none.

    >>> commonest(np.array([3.0, 1.0, 3.0, 1.0, 2.0]))
    1.0
    """
    values, counts = np.unique(known, return_counts=True)
    return float(values[np.argmax(counts)]) if len(values) else np.nan
