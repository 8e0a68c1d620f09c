"""Errors of the disk: a full one is waited for, any other ends the writer.

After a failed sync nobody knows what reached the disk, and the next one may succeed without having written it. So a
failed sync is never tried again: the writer ends, and a new start reads what is really there.
"""

import errno
import os
import sqlite3
from pathlib import Path

FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""The numbers of errors that mean: no room."""
_PROBE_BYTES = 1 << 16


def is_full(error: sqlite3.Error, folder: Path) -> bool:
    """Whether an error of SQLite means that there is no room: no space, a quota, or a limit on a file's size.

    SQLite has a code for the first only; a failed write of another cause is told by what a write says now.
    """
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return True
    return name in ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE") and (_limited() or _cannot_write(folder))


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another program has the file locked, and did not let go for seconds."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _limited() -> bool:
    try:
        import resource
    except ImportError:  # another system than Unix has no such limit
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY


def _cannot_write(folder: Path) -> bool:
    probe = folder / "probe"
    try:
        with probe.open("wb") as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.errno in FULL
    finally:
        probe.unlink(missing_ok=True)
    return False
