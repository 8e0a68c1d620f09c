"""What every step of an ingest needs at hand: the engine, the folders, the ledger, workers, and progress."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from willbuy.events.presets import ResolvedSource
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger

Progress = Callable[[int, int | None, str], None]
"""Told (rows done, rows in all or an estimate, stage)."""


@dataclass
class Workbench:
    """One ingest's tools. `settings` is the fingerprint of how rows become events, see `settings_of`."""

    connection: duckdb.DuckDBPyConnection
    layout: Layout
    ledger: Ledger
    source: ResolvedSource
    settings: str
    workers: int
    progress: Progress
    rows: int = 0
    _local: threading.local = field(default_factory=threading.local)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of the calling thread's own, to the same engine."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self.connection.cursor()
            self._local.cursor.execute("SET TimeZone = 'UTC'")
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def rows_read(self, rows: int, part_of_file: float) -> None:
        """Tell of rows that were read, and which part of their file is read now (0 to 1)."""
        self.rows += rows
        self.progress(self.rows, int(self.rows / part_of_file) if part_of_file else None, "reading")
