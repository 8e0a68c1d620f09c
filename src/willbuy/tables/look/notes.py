"""What has to be said about a table that was looked at."""

from collections.abc import Iterator, Sequence

from willbuy.errors import listed, printable
from willbuy.shop import Table
from willbuy.tables.look.sight import BY_PRESET, ColumnSight
from willbuy.tables.words import rows_that

MUCH = 0.2
"""A column that lacks more than this share of its values is named."""


def notes(
    table: Table, columns: Sequence[ColumnSight], rows: int, broken: int, labelled: int
) -> tuple[str, ...]:
    """The sentences, each of one line."""
    found = [*_of_rows(table, rows, broken, labelled), *_of_columns(columns, rows)]
    return tuple(found)


def _of_rows(table: Table, rows: int, broken: int, labelled: int) -> Iterator[str]:
    if broken:
        said = "cannot be split into the columns of the header, and will be refused."
        yield rows_that(broken, said, said)
    if labelled < rows:
        said = f"not say in {printable(table.target)} whether someone bought, and will be refused."
        yield rows_that(rows - labelled, f"does {said}", f"do {said}")
    if table.decimal == ",":
        yield 'Numbers have a decimal comma: decimal = ",".'


def _of_columns(columns: Sequence[ColumnSight], rows: int) -> Iterator[str]:
    for column in columns:
        name = printable(column.name)
        if column.role == "id" and column.distinct < rows - column.missing:
            yield (
                f"{name} stands in more than one row ({column.distinct:,} values in {rows:,} rows): it is the entity, and the "
                "rows of one are never parted by chance."
            )
        if column.why.startswith("dates"):
            yield f"{name} holds dates. If they order the rows in time: --order '{name}'."
        if column.role in ("number", "flag", "category") and column.missing > MUCH * rows:
            yield (
                f"{name} lacks {column.missing / rows:.0%} of its values: models see that they are missing, unless its `missing` "
                "says otherwise."
            )
    ignored = [column.name for column in columns if column.role == "ignore" and column.why != BY_PRESET]
    if ignored:
        yield f"Not used: {listed(ignored)}. The shop file says why."
