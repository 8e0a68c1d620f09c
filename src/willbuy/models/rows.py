"""From whatever a caller holds to rows of features in the model's order: arrays, or anything with columns."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import InputError, did_you_mean

Floats = NDArray[np.float64]
LARGEST = float(np.finfo(np.float32).max)  # models compare in float32


def remedy(positives: int, others: int) -> str:
    """What to do where too few rows buy, or too few do not.

    >>> remedy(1, 500), remedy(500, 1)
    ('Take a longer log, or a longer horizon', 'Nearly everybody buys: take a shorter horizon')
    """
    if positives <= others:
        return "Take a longer log, or a longer horizon"
    return "Nearly everybody buys: take a shorter horizon"


def as_rows(X: Any, names: Sequence[str]) -> Floats:
    """Rows as float64 (n, features), nulls as NaN. Raises InputError that names the column and the value.

    An array must have the features in their order. A table (a DataFrame of any library, a dict of columns) may
    have its columns in any order, and more of them.

    >>> as_rows({"b": [1, None], "a": [2, 3]}, ["a", "b"]).tolist()
    [[2.0, 1.0], [3.0, nan]]
    """
    rows = X if isinstance(X, np.ndarray) else _from_columns(X, names)
    if rows.dtype != np.float64:
        rows = _numbers(rows, "the rows")
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise InputError(f"rows have shape {rows.shape}; expected (n, {len(names)}), one column a feature")
    check_finite(rows, names)
    return rows


def check_finite(rows: Floats, names: Sequence[str]) -> None:
    """Raise InputError that names the column where a value is infinite or has no place in a float32; nulls pass."""
    if not rows.size:
        return
    # fmax and fmin pass over NaN and need no second array of the rows' size; over all values at once they take a tenth
    # of the time that they take column by column
    if np.fmax.reduce(rows, axis=None) <= LARGEST and np.fmin.reduce(rows, axis=None) >= -LARGEST:
        return
    beyond = (np.fmax.reduce(rows, axis=0) > LARGEST) | (np.fmin.reduce(rows, axis=0) < -LARGEST)
    if beyond.any():
        name = names[int(np.argmax(beyond))]
        raise InputError(f"{name} holds an infinite or over-large value; expected |x| < 3.4e38, or null")


def _from_columns(table: Any, names: Sequence[str]) -> Floats:
    present = _column_names(table)
    missing = [name for name in names if name not in present]
    if missing:
        hint = did_you_mean(missing[0], present)
        raise InputError(
            f"no column '{missing[0]}' ({len(missing)} of {len(names)} features are missing).{hint}"
        )
    columns = [_numbers(table[name], name) for name in names]
    if not columns:
        raise InputError("the model has no features; expected at least one")
    if len({column.shape for column in columns}) > 1 or columns[0].ndim != 1:
        raise InputError("the columns are not of one length")
    return np.column_stack(columns)


def _column_names(table: Any) -> list[str]:
    names: Iterable[Any] | None = getattr(table, "columns", None)
    if names is None and hasattr(table, "keys"):
        names = table.keys()
    if names is None:
        raise InputError(f"found a {type(table).__name__}; expected an array of rows or a table with columns")
    return [str(name) for name in names]


def _numbers(column: Any, name: str) -> Floats:
    """One column as float64. Text is refused even where it spells a number: 007 is an id, not 7."""
    try:
        if hasattr(column, "to_numpy"):
            column = column.to_numpy()
        # a list may mix numbers and text, which numpy would make all text
        values = np.asarray(column, dtype=object if isinstance(column, list | tuple) else None)
        if values.dtype.kind in "OUS":
            values = np.array([_number(value) for value in values.ravel()]).reshape(values.shape)
        if values.dtype.kind not in "biuf":
            raise TypeError(f"its type is {values.dtype}")
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} does not hold numbers: {error}") from error


def _number(value: Any) -> float:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return np.nan
    if isinstance(value, str | bytes):
        raise TypeError(f"found {value[:40]!r}")
    return float(value)
