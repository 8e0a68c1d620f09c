"""Many rows in few statements.

Python's module lets other threads run while a statement does, and asks for the interpreter again after each; `executemany`
asks after each row. Where the service computes in that interpreter, asking takes up to a switch interval (5 ms), which is
most of what a batch of events used to wait for.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

MOST = 64
"""Rows in one statement: their values are bound without a pause, and others wait for that."""


def insert_rows(
    db: sqlite3.Connection, insert: str, rows: Sequence[Sequence[Any]], on_conflict: str = ""
) -> None:
    """Insert rows by `INSERT INTO table (...)` and what is to be done on a conflict. Raises what SQLite raises.

    Statements of 64, 32, ... rows: so few texts that the module keeps all of them prepared.

    >>> db = sqlite3.connect(":memory:")
    >>> _ = db.execute("CREATE TABLE known (a, b)")
    >>> insert_rows(db, "INSERT INTO known", [(n, n + 1) for n in range(100)])
    >>> db.execute("SELECT count(*), sum(b - a) FROM known").fetchone()
    (100, 100)
    """
    start, size = 0, MOST
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        some = rows[start : start + size]
        row = f"({', '.join('?' * len(some[0]))})"
        db.execute(
            f"{insert} VALUES {', '.join([row] * size)} {on_conflict}", list(chain.from_iterable(some))
        )
        start += size
