"""What every step of an ingest needs at hand: engines, the folders, the ledger, workers, and progress."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Self, TypeVar

import duckdb

from willbuy.events.guarding import Guard
from willbuy.events.keeping import Keeping
from willbuy.events.parquet import TEXT
from willbuy.events.presets import ResolvedSource
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.source_ledger import SourceLedger

Progress = Callable[[int, int | None, str], None]
"""Told (rows done, rows in all or an estimate, stage)."""

Key = TypeVar("Key")
Result = TypeVar("Result")


@dataclass(kw_only=True)
class Tools:
    """What it takes to read a part of a file, wherever that is done. `close` it when the last part is read.

    `settings` is the fingerprint of how rows become events, see `settings_of`. Each thread has an engine of its own
    with one thread and its share of `memory` among `workers`: parts and buckets are small, and engines of two threads
    wait for each other. `raw` is how files of bronze are written.
    """

    layout: Layout
    settings: str
    workers: int
    memory: str
    guard: Guard
    raw: str = TEXT
    _engines: list[DuckDBWarehouse] = field(default_factory=list)
    _local: threading.local = field(default_factory=threading.local)

    def close(self) -> None:
        """Close the engines."""
        for engine in self._engines:
            engine.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The engine of the calling thread."""
        if not hasattr(self._local, "engine"):
            self._local.engine = DuckDBWarehouse(
                self.layout.home, share_of(self.memory, self.workers), threads=1
            )
            self._engines.append(self._local.engine)
        connection: duckdb.DuckDBPyConnection = self._local.engine.connection
        return connection


@dataclass(kw_only=True)
class Workbench(Tools):
    """One ingest's tools. Use as a context manager."""

    ledger: SourceLedger
    keeping: Keeping
    source: ResolvedSource
    progress: Progress
    bytes_in_all: int = 0
    rows: int = 0
    _bytes_before: int = 0
    _bytes_of_file: int = 0

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(self.workers)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self.close()

    def in_parallel(self, jobs: Iterable[tuple[Key, Callable[[], Result]]]) -> Iterator[tuple[Key, Result]]:
        """Run jobs on the workers and yield each with its result as it ends; jobs are taken as workers get free.

        When one fails, the others are waited for before its error is raised.
        """
        running: dict[Future[Result], Key] = {}
        try:
            for key, job in jobs:
                running[self._pool.submit(job)] = key
                if len(running) > self.workers:
                    yield from _ended(running)
            while running:
                yield from _ended(running)
        finally:
            for future in running:
                future.cancel()
            wait(running)

    def file_begins(self, size: int) -> None:
        """A file of this many bytes is read next."""
        self._bytes_before, self._bytes_of_file = self._bytes_before + self._bytes_of_file, size

    def rows_read(self, rows: int, part_of_file: float) -> None:
        """Tell of rows that were read, and which part of their file is read now (0 to 1)."""
        self.rows += rows
        done = self._bytes_before + part_of_file * self._bytes_of_file
        whole = int(self.rows * self.bytes_in_all / done) if done else None
        self.progress(self.rows, whole, "reading")


def _ended(running: dict[Future[Result], Key]) -> Iterator[tuple[Key, Result]]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        yield running.pop(future), future.result()


def share_of(memory: str, workers: int) -> str:
    """A worker's share of a memory limit.

    >>> share_of("1500MB", 2), share_of("2.5 GiB", 4), share_of("80%", 2)
    ('750.0MB', '0.625GiB', '40.0%')
    """
    match = re.fullmatch(r"\s*([0-9.]+)\s*([A-Za-z%]+)\s*", memory)
    return f"{float(match[1]) / workers}{match[2]}" if match else memory
