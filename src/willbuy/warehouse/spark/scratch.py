"""Where Spark keeps its working tables: a folder that this process and every worker reach, gone when it is done.

A process has a folder of its own below `spark/tmp`, and holds its lock as long as it lives: what one that was killed left
there is removed by the next.
"""

import atexit
import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from willbuy.durable import locked, open_lock, try_lock

_NUMBERS = itertools.count()
_OWN: dict[Path, Path] = {}
_LOCK = "lock"


class Scratch:
    """One engine's own folder below `root`."""

    def __init__(self, root: Path) -> None:
        self.folder = root.absolute() / f"spark-{os.getpid()}-{next(_NUMBERS)}"

    def new(self, name: str) -> Path:
        """A place below that nobody has used yet."""
        return self.folder / f"{name}-{next(_NUMBERS)}"

    def remove(self, place: Path) -> None:
        """Remove a place and all in it."""
        shutil.rmtree(place, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder."""
        self.remove(self.folder)


def own_folder(root: Path) -> Path:
    """This process's folder below `root`, made where there is none yet; the folders of processes that died are removed.

    It goes when the process ends, and Spark's Java with it.
    """
    root = root.absolute()
    found = _OWN.get(root)
    if found is None or not found.exists():
        with locked(root / _LOCK):
            _sweep(root)
            found = _OWN[root] = root / f"process-{uuid4().hex[:12]}"
            try_lock(open_lock(found / _LOCK))  # held by the open handle until the process ends
        atexit.register(shutil.rmtree, found, ignore_errors=True)
    return found


def _sweep(root: Path) -> None:
    """Remove the folders whose lock nobody holds. Nobody else makes or removes one meanwhile, but its owner at its end."""
    for folder in root.glob("process-*"):
        with suppress(OSError):
            handle = open_lock(folder / _LOCK)
            try:
                if try_lock(handle):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def parquet_files(place: Path) -> list[Path]:
    """The Parquet files that a job has written to a place, in the order of its parts."""
    return sorted(place.rglob("*.parquet"))
