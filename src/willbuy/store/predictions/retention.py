"""Answers that are older than the shop keeps them, deleted in small steps; their days stay."""

import sqlite3
from datetime import datetime, timedelta

from willbuy.store.moments import to_microseconds

STEP = 1_000  # rows: a few milliseconds
_DELETE = "DELETE FROM answers WHERE number IN (SELECT number FROM answers WHERE moment < ? ORDER BY moment LIMIT ?)"


def delete_old(db: sqlite3.Connection, now: datetime, days: int, most: int = STEP) -> int:
    """Delete the oldest answers that are more than `days` days old, at most `most`. Returns how many it deleted."""
    return db.execute(_DELETE, [to_microseconds(now - timedelta(days=days)), most]).rowcount
