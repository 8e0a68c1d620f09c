"""The names of a table's columns: each its own, short, and printable. Anything else may stand in them."""

from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import SourceError, printable

LONGEST_NAME = 200


def check_header(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names. A column without a name, such as the index that pandas writes, is let through: nobody can use it.

    Engines do not tell `Price` from `price`, so two names that differ by their case only are refused.

    >>> check_header(Path("t.csv"), ["id", 'a"; drop table x; --', ""])
    ('id', 'a"; drop table x; --', '')
    >>> check_header(Path("t.csv"), ["id", "Price", "price"])
    Traceback (most recent call last):
    willbuy.errors.SourceError: t.csv: columns 2 and 3 are both called 'price', by their case at most different. Rename one.
    """
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if len(name) > LONGEST_NAME:
            raise SourceError(
                f"{path}: the name of column {number} has {len(name):,} characters, '{printable(name, 40)}'. "
                f"Expected {LONGEST_NAME} at most: is the first line a header?"
            )
        if not name.isprintable():
            raise SourceError(
                f"{path}: the name of column {number}, '{printable(name)}', holds what cannot be printed. Rename it."
            )
        before = seen.setdefault(name.casefold(), number) if name else number
        if before != number:
            raise SourceError(
                f"{path}: columns {before} and {number} are both called '{printable(name)}', by their case at most "
                "different. Rename one."
            )
    return tuple(names)
