"""Locks on files in the store's folder, let go when their process ends, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from willbuy.errors import StoreHeld

SWITCHING = "history.lock"
"""Held while a history is put in place, by a load or by an erasure: neither may undo the other."""


def lock(folder: Path, name: str = "lock") -> BufferedWriter:
    """Take a lock; it is held until what is returned is closed. Raises StoreHeld where another process has it."""
    file = (folder / name).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreHeld(
            f"another process has the live store in {folder} open. One service a shop; stop that one first."
        ) from error
    return file


@contextmanager
def held(folder: Path, name: str) -> Iterator[None]:
    """Wait for a lock, and hold it."""
    with (folder / name).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
