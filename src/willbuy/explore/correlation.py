"""Pearson and Spearman correlations of columns with each other and with the label, over pairs of known values.

The sentence passes over pairs that fewer than half of the rows know."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from willbuy.explore.words import number_of

if TYPE_CHECKING:
    import pandas as pd

WARNING = (
    "A correlation says that two numbers go together in these rows. It does not say that one makes the other, nor that it helps a "
    "model; and one near 0 rules out a straight (Pearson) or a rising (Spearman) connection only."
)
LABEL = "label"
FEWEST_ROWS = 3
FEWEST_OF_A_CLASS = 30
"""Rows of the rarer class below which the greatest of many correlations with the label is chance as much as not."""

ALIKE = 0.95


class Correlations(TypedDict):
    """Two square matrices in the order of `names`, `label` first; None where a column does not vary among pairs known."""

    says: str
    warns: str
    rows: int
    names: list[str]
    constant: list[str]
    pearson: list[list[float | None]]
    spearman: list[list[float | None]]


def correlations(frame: "pd.DataFrame") -> Correlations:
    """Of a frame (rows, columns) of numbers with the column `label`, nulls as NaN.

    Spearman's is Pearson's of the ranks, ties sharing the mean of theirs; each pair over the rows in which both are known.

    >>> import pandas as pd
    >>> found = correlations(pd.DataFrame({"label": [0, 0, 1, 1], "a": [1.0, 2.0, 3.0, 40.0], "b": [5.0] * 4}))
    >>> found["names"], found["constant"], found["spearman"][0][1]
    (['label', 'a'], ['b'], 0.894)
    """
    numbers = frame.astype("float64")
    varies = numbers.nunique(dropna=True) > 1
    constant = [str(name) for name in numbers.columns[~varies]]
    names = [LABEL, *(str(name) for name in numbers.columns[varies] if name != LABEL)]
    kept = numbers[names]
    pearson, spearman = (
        kept.corr(method=method, min_periods=FEWEST_ROWS).to_numpy() for method in ("pearson", "spearman")
    )
    return Correlations(
        says=_says(names, _widely_known(kept, np.asarray(spearman)), _fewest(numbers[LABEL])),
        warns=WARNING,
        rows=len(frame),
        names=names,
        constant=[name for name in constant if name != LABEL],
        pearson=_rounded(pearson),
        spearman=_rounded(spearman),
    )


def _widely_known(
    kept: "pd.DataFrame", matrix: "np.typing.NDArray[np.float64]"
) -> "np.typing.NDArray[np.float64]":
    """The matrix without pairs of which fewer than half the rows know both: chance makes the greatest of small samples."""
    known = kept.notna().to_numpy().astype(np.float64)
    return np.where(known.T @ known >= len(kept) / 2, matrix, np.nan)


def _rounded(matrix: "np.typing.NDArray[np.float64]") -> list[list[float | None]]:
    return [[None if np.isnan(value) else round(float(value), 3) for value in row] for row in matrix]


def _fewest(label: "pd.Series") -> int:
    """Rows of the rarer class."""
    return int(min((label == 0).sum(), (label == 1).sum()))


def _says(names: Sequence[str], spearman: "np.typing.NDArray[np.float64]", fewest: int) -> str:
    columns = names[1:]
    if not columns:
        return "No column varies: there is nothing to compare."
    with_label = np.abs(spearman[0, 1:])
    said = []
    if fewest < FEWEST_OF_A_CLASS:
        rare = number_of(fewest, "row is", "rows are")
        said.append(f"Only {rare} of the rarer class: too few to say which column goes with the label.")
    elif np.isnan(with_label).all():
        said.append("No column is known in half of the rows, so none is said to go with the label.")
    else:
        best = int(np.nanargmax(with_label))
        said.append(
            f"Of {number_of(len(columns), 'column')}, {columns[best]} goes most with the label (Spearman {_signed(spearman[0, best + 1])})."
        )
    if not np.isnan(spearman[1:, 1:][np.triu_indices(len(columns), 1)]).all():
        said.append(_alike(columns, spearman[1:, 1:]))
    return " ".join(said)


def _alike(columns: Sequence[str], among: "np.typing.NDArray[np.float64]") -> str:
    upper = np.abs(np.triu(np.nan_to_num(among), 1))
    one, other = divmod(int(upper.argmax()), len(columns))
    alike = int((upper >= ALIKE).sum())
    closest = f"{columns[one]} and {columns[other]} go most with each other ({_signed(among[one, other])})"
    if not alike:
        return f"{closest}."
    return f"{closest}; {number_of(alike, 'pair says', 'pairs say')} nearly the same (at least {ALIKE} either way)."


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else ''}{abs(value):.2f}"
