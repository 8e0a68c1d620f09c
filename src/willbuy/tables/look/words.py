"""Sentences about a table that was looked at, the same in the shop file and on the screen."""

from willbuy.errors import printable
from willbuy.tables.look.sight import ColumnSight, TableSight


def base_rate(sight: TableSight) -> str:
    """How many bought."""
    share = sight.buyers / sight.labelled
    return f"Base rate: {sight.buyers:,} of {sight.labelled:,} rows ({share:.2%}) are buyers by {printable(sight.table.target)}"


def facts(column: ColumnSight, rows: int) -> tuple[str, ...]:
    """How many values a column lacks, and how many it has.

    >>> facts(ColumnSight("price", "number", "numbers", 3, 900), 1000)
    ('0.3 % missing', '900 values')
    """
    missing = (f"{100 * column.missing / rows:.2g} % missing",) if column.missing else ()
    return (*missing, f"{column.distinct:,} value{'s' * (column.distinct != 1)}")
