"""Deleting live events that are too old, some at a time: what waits to be stored passes between."""

import sqlite3

from willbuy.store.database import get_meta
from willbuy.store.erasing import delete_rows
from willbuy.store.index import Index
from willbuy.store.rows import COLUMNS

SPAN = 20_000


def expire_some(db: sqlite3.Connection, index: Index, before: int, start: int) -> tuple[int | None, int]:
    """Look at the events behind the number `start`, delete those that happened before a moment (microseconds).

    Returns where to go on, None at the end, and how many were deleted. Only events that are merged into the indexes are
    looked at.
    """
    merged = int(get_meta(db, "merged", "0"))
    sql = f"SELECT seq, {', '.join(COLUMNS)} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"
    end = min(start + SPAN, merged)
    rows = [row for row in db.execute(sql, [start, end]) if row[4] < before]
    if rows:
        db.execute("BEGIN IMMEDIATE")
        delete_rows(db, index, rows, tallies=False)
        db.execute("COMMIT")
    return (end if end < merged else None), len(rows)
