"""Sentences about a table that was looked at, the same in the shop file and on the screen."""

from willbuy.errors import printable
from willbuy.tables.look.sight import ColumnSight, TableSight


def base_rate(sight: TableSight) -> str:
    """How many bought."""
    rate = sight.buyers / sight.labelled
    return f"Base rate: {sight.buyers:,} of {sight.labelled:,} rows ({rate:.2%}) are buyers by {printable(sight.table.target)}"


def facts(column: ColumnSight, rows: int) -> tuple[str, ...]:
    """How many values a column lacks, and how many it has.

    >>> facts(ColumnSight("price", "number", "numbers", 3, 900), 1000)
    ('0.3% missing', '900 values')
    """
    missing = (f"{share(column.missing, rows)} missing",) if column.missing else ()
    return (*missing, f"{column.distinct:,} value{'s' * (column.distinct != 1)}")


def share(part: int, whole: int) -> str:
    """A share in percent, where a little is not nothing.

    >>> share(125, 1000), share(1, 9000), share(0, 9000)
    ('12.5%', '<0.1%', '-')
    """
    if not part:
        return "-"
    return "<0.1%" if part / whole < 0.001 else f"{part / whole:.1%}"
