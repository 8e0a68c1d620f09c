"""Where Spark keeps its working tables: a folder that this process and every worker reach, gone when it is done."""

import itertools
import os
import shutil
from pathlib import Path

_NUMBERS = itertools.count()


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


def parquet_files(place: Path) -> list[Path]:
    """The Parquet files that a job has written to a place, in the order of its parts."""
    return sorted(place.rglob("*.parquet"))
