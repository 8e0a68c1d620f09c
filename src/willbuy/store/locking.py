"""One process at a time: a lock on a file in the store's folder, let go when the process ends, however it ends."""

import fcntl
from io import BufferedWriter
from pathlib import Path

from willbuy.errors import StoreError


def lock(folder: Path, name: str = "lock") -> BufferedWriter:
    """Take the lock; it is held until what is returned is closed. Raises StoreError where another process has it."""
    file = (folder / name).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreError(
            f"another process has the live store in {folder} open. One service a shop; stop that one first."
        ) from error
    return file
