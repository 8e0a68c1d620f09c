"""What SQLite says where the disk is the fault, as one line for whoever can mend it."""

import sqlite3

_OF_THE_DISK = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_BUSY,
}


def of_the_disk(error: Exception) -> str | None:
    """A sentence about a home that cannot be written (read-only, full, locked); None for every other error.

    >>> of_the_disk(ValueError("x")) is None
    True
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    if not isinstance(error, sqlite3.Error) or code not in _OF_THE_DISK:
        return None
    return f"a database in the home of the shop: {error}. Is the disk full or read-only, the file locked or not yours?"
