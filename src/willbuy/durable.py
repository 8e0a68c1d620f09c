"""Small files that survive a crash: written beside, synced, renamed; and a lock that two processes share."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import monotonic, sleep

SOON = 10.0  # seconds: thousands of times what a short lock is held for
_POLL = 0.005


def write_durably(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file: whoever reads it, whenever this process dies, finds all of the old or all of the new content.

    The content is synced before it bears the name, and the folder after. Raises OSError; the old file then stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_partial(path: Path) -> None:
    """Remove what killed processes left of writing a file. Only for whoever holds the lock under which it is written."""
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, patience: float = inf) -> Iterator[None]:
    """Hold the lock of this name: against other threads and processes, until the end, or until this process dies.

    Raises TimeoutError where somebody else has held it for `patience` seconds.
    """
    handle = open_lock(path)
    try:
        if not wait_for_lock(handle, patience):
            raise TimeoutError(
                f"another process has held {path} for {patience:g} s and does not move: end it, and try again"
            )
        yield
    finally:
        os.close(handle)  # which lets go of the lock


def open_lock(path: Path) -> int:
    """A handle of a lock's file, made where it is missing. Closing the handle lets go of the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)


def wait_for_lock(handle: int, patience: float) -> bool:
    """Take the lock within so many seconds; says whether it was taken."""
    until = monotonic() + patience
    while not (taken := try_lock(handle)) and monotonic() < until:
        sleep(_POLL)
    return taken


def try_lock(handle: int) -> bool:
    """Take the lock unless somebody else holds it; says whether it was taken."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
