"""One process at a time, by a lock that the operating system takes back when its holder dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from willbuy.durable import open_lock, try_lock
from willbuy.errors import WillbuyError


@contextmanager
def alone(file: Path, refusal: str) -> Iterator[None]:
    """Hold the lock of a file, or raise WillbuyError(refusal) if another process holds it; its id stands in the file."""
    handle = open_lock(file)
    try:
        if not try_lock(handle):
            holder = file.read_text(encoding="utf-8", errors="replace").strip()
            raise WillbuyError(refusal + (f" (process {holder})" if holder else ""))
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
