"""The locks of the store's folder, let go when their process ends, however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from willbuy.durable import locked, open_lock, try_lock
from willbuy.errors import StoreHeld


def hold(folder: Path) -> int:
    """Take the store for this process; closing what is returned lets go. Raises StoreHeld where another has it."""
    handle = open_lock(folder / "lock")
    if not try_lock(handle):
        os.close(handle)
        raise StoreHeld(
            f"another process has the live store in {folder} open. One service a shop; stop that one first."
        )
    return handle


@contextmanager
def switching(folder: Path) -> Iterator[None]:
    """While a history is put in place, by a load or by an erasure: neither may undo the other."""
    with locked(folder / "history.lock"):
        yield
