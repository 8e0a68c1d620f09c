"""The inputs of a table as columns that can be coded, with the values of its categories."""

from collections.abc import Sequence

from willbuy.errors import ShopError, printable
from willbuy.models.prepare.column import Column
from willbuy.models.prepare.spellings import is_null
from willbuy.shop import ColumnKeys, Table

MOST_VALUES = 250
"""A category of more values is an id, or a text: it tells rows apart, and nothing about the next one."""

RESERVED = ("entity", "label", "order", "row")
"""Names that the frame of a table's rows uses itself."""


def inputs(table: Table) -> dict[str, ColumnKeys]:
    """The declared inputs by name. Raises ShopError where there is none, or one has a name that is taken."""
    found = {name: keys for name, keys in table.columns.items() if keys.role != "ignore"}
    if not found:
        raise ShopError(
            f"no input is declared. Add [table.columns.NAME] sections, or have them written: "
            f"willbuy init TABLE --target {printable(table.target)}"
        )
    for name in RESERVED:
        if name in found:
            raise ShopError(
                f"table.columns.{name}: willbuy uses this name for rows itself. Rename the column in the file, or "
                'declare role = "ignore".'
            )
    return found


def column_of(name: str, keys: ColumnKeys, texts: Sequence[str | None]) -> Column | None:
    """A declared input as a column: a category with its declared values, or those seen. None where these are too many."""
    values: tuple[str, ...] = ()
    if keys.role == "category":
        values = keys.values or seen(texts)
        if len(values) > MOST_VALUES:
            return None
    return Column(name, keys.role, values, keys.missing, keys.known)


def seen(texts: Sequence[str | None]) -> tuple[str, ...]:
    """The values of a category that occur, sorted: as numbers where all are whole, else as texts.

    >>> seen(["10", "9", None, "NaN", "9"]), seen(["b", "a", "007"])
    (('9', '10'), ('007', 'a', 'b'))
    """
    values = {text for text in set(texts) if text is not None and not is_null(text)}
    if all(text.isascii() and text.isdigit() and len(text) < 16 for text in values):
        return tuple(sorted(values, key=lambda text: (int(text), text)))
    return tuple(sorted(values))
