"""A scoring's work folder: finished parts that survive a kill, and one output that is whole or not there."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse

_LOCK = "lock.sqlite"


@dataclass(frozen=True)
class Parts:
    """Parquet files in a folder, numbered from 1; each is complete under its name or not there."""

    folder: Path
    warehouse: "DuckDBWarehouse"

    def path(self, number: int) -> Path:
        """The file of a part."""
        return self.folder / f"part-{number:06}.parquet"

    def write(self, number: int, frame: "pd.DataFrame") -> None:
        """Write a part."""
        self.warehouse.connection.register("willbuy_part", frame)
        self.warehouse.to_parquet('SELECT * FROM "willbuy_part"', self.path(number), soon=True)
        self.warehouse.connection.unregister("willbuy_part")

    def source(self, count: int) -> str:
        """A FROM item with the rows of the first `count` parts, in order."""
        return self.warehouse.parquet([self.path(number) for number in range(1, count + 1)])


@contextmanager
def work_folder(room: Path, key: Mapping[str, Any]) -> Iterator[Path]:
    """A hidden folder for the work that `key` describes whole, found again by the same key; gone when the work is done.

    Where the work breaks off the folder stays, so that the same work continues; work of another key removes it. Raises
    WillbuyError where another process does the same work right now.
    """
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    folder = room / f".{digest[:24]}"
    folder.mkdir(parents=True, exist_ok=True)
    lock = _locked(folder)
    if lock is None:
        raise WillbuyError("another process is scoring this very population. Wait for it to end")
    try:
        remove_left_work(room, but=folder)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.close()


def _locked(folder: Path) -> sqlite3.Connection | None:
    """Hold the folder's lock, which the system frees when the process dies; None where another process holds it."""
    lock = sqlite3.connect(folder / _LOCK, isolation_level=None, timeout=0)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        return None
    return lock


def remove_left_work(room: Path, but: Path | None = None) -> None:
    """Remove the work folders that a killed scoring left behind, `but` one. Those that are worked in now stay."""
    for other in room.glob(".*"):
        if other != but and other.is_dir() and (lock := _locked(other)):
            lock.close()
            shutil.rmtree(other, ignore_errors=True)
