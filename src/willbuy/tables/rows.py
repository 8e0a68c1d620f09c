"""The rows of a table as numbers, and an account of every row that was read."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from willbuy.models.prepare.column import Column

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TableRows:
    """Rows that were read from a table.

    `frame` holds a float64 column for each of `columns`, by its name: a number as it is, a flag 0 or 1, a category the
    place among its values (-1 for a value that it does not have), NaN for null. Besides `entity` (text), `row` (int64,
    the line, or row of a Parquet file), `label` (int8) where the target was read and `order` (int64, a place in time,
    from 0) where an order is declared.

    `counts` has `read`, `accepted` and `rejected`: the first is the sum of the others. `rejected` holds, for each row
    that broke a rule, `file`, `line`, `rule`, `column` and `value`.
    """

    frame: "pd.DataFrame"
    columns: tuple[Column, ...]
    counts: dict[str, int]
    rejected: "pd.DataFrame"
    order_names: dict[int, str] = field(default_factory=dict)
    """The value at each place of the order."""

    unseen: dict[str, int] = field(default_factory=dict)
    """Of categories: how many rows hold a value that the column does not have."""

    unused: tuple[str, ...] = ()
    """Columns of the file that are not declared."""

    notes: tuple[str, ...] = ()
    """What whoever reads a report of these rows should know, a sentence each."""
