"""What was seen when looking at a table, and what was decided from it."""

from dataclasses import dataclass
from pathlib import Path

from willbuy.shop import Table

BY_PRESET = "by the preset"
"""Why a column is what it is, where a preset says so."""


@dataclass(frozen=True)
class ColumnSight:
    """One column: its role, why, how many rows lack a value, how many different values there are.

    `role` is one of number, flag, category, ignore, target, id, order. `also` is its role as an input, of an order that
    is one too.
    """

    name: str
    role: str
    why: str
    missing: int
    distinct: int
    also: str | None = None


@dataclass(frozen=True)
class TableSight:
    """What `willbuy init` saw in a table. `table` is what the shop file will say; counts are of the rows that can be split."""

    files: tuple[Path, ...]
    format: str
    table: Table
    preset: str | None
    preset_why: str
    columns: tuple[ColumnSight, ...]
    rows: int
    broken: int
    """Lines that cannot be split into the columns of the header."""

    buyers: int
    labelled: int
    """Rows whose target is one or the other."""

    duplicates: int
    """Rows that are equal to an earlier one in every column."""

    notes: tuple[str, ...]
