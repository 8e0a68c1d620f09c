"""One process at a time: a lock on a file that the operating system takes back when its holder dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from willbuy.errors import WillbuyError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone(file: Path, refusal: str, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a file; raise WillbuyError(refusal) if another process holds it, or wait for it.

    The lock is the kernel's: it ends with the process however that dies, so no stale lock is ever left behind. The file
    stays, with the holder's process id in it. Where there is no such lock (Windows) this refuses nothing.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, refusal, wait)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, refusal: str, wait: bool) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).decode(errors="replace").strip()
        raise WillbuyError(refusal + (f" (process {holder})" if holder else "")) from None
