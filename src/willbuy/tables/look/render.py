"""What `willbuy init` prints about a table."""

from collections.abc import Iterator

from willbuy.errors import printable
from willbuy.tables.look.sight import ColumnSight, TableSight
from willbuy.tables.look.words import base_rate, share

MOST_COLUMNS = 60


def render(sight: TableSight) -> str:
    """Plain text: rows, columns with role, share missing and values, base rate, order, duplicates, notes."""
    return "\n".join(_lines(sight))


def _lines(sight: TableSight) -> Iterator[str]:
    preset = f"{sight.preset} ({sight.preset_why})" if sight.preset else "none"
    yield f"Preset: {preset}"
    yield f"Rows: {sight.rows:,} of {printable(sight.files[0].name)} ({sight.format}), {len(sight.columns):,} columns"
    yield from _columns(sight)
    yield base_rate(sight)
    yield _order(sight)
    yield f"Duplicates: {sight.duplicates:,} rows equal another one in every column; they are kept"
    yield from (f"Note: {note}" for note in sight.notes)


def _columns(sight: TableSight) -> Iterator[str]:
    shown = sight.columns[:MOST_COLUMNS]
    names = [printable(column.name, 40) for column in shown]
    wide = max(6, *map(len, names))
    yield f"  {'column':<{wide}}  {'role':<16}  {'missing':>7}  {'values':>9}"
    for name, column in zip(names, shown, strict=True):
        missing = share(column.missing, sight.rows)
        yield f"  {name:<{wide}}  {_role(column):<16}  {missing:>7}  {column.distinct:>9,}  {printable(column.why)}"
    if len(sight.columns) > len(shown):
        yield f"  and {len(sight.columns) - len(shown):,} more, all in the shop file"


def _role(column: ColumnSight) -> str:
    return f"{column.role}, {column.also}" if column.also else column.role


def _order(sight: TableSight) -> str:
    table = sight.table
    if table.order is None:
        return "Order in time: none declared, so the test is drawn at random and is no test of the future"
    newest = (
        f"rows from {table.test_from} on"
        if table.test_from is not None
        else "the newest values, about a fifth of the rows,"
    )
    return f"Order in time: {printable(table.order)}; {newest} are the test"
