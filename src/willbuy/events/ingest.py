"""Ingest: files to bronze, bronze to silver, every row accounted for.

    files -> blocks -> bronze parts -> staged parts -> (all files read) -> 16 merges -> one commit

Nothing is visible before the last commit; whatever was complete when a process died is used by the next.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from willbuy.errors import SourceError, WillbuyError
from willbuy.events import presets
from willbuy.events.account import FileAccount, IngestResult, render
from willbuy.events.fields import RawShape
from willbuy.events.files import find_files, format_of
from willbuy.events.merging import Existing, Merge, merge_bucket, merge_items
from willbuy.events.presets import ResolvedSource
from willbuy.events.reading import Workbench, open_text, parquet_pieces, read_parts
from willbuy.events.times import check_zone
from willbuy.events.typed import RowPlan, kind_names
from willbuy.shop import Shop
from willbuy.warehouse.layout import BUCKETS, Layout
from willbuy.warehouse.ledger import Ledger, SourceRow, TableFile

__all__ = ["FileAccount", "IngestResult", "ingest", "render"]

Progress = Callable[[int, int | None, str], None]
"""Told (rows done, rows in all or an estimate, stage)."""


def ingest(shop: Shop, files: Sequence[str] | None = None, progress: Progress | None = None) -> IngestResult:
    """Read the shop's files (or the given ones) into bronze and silver.

    Raises SourceError when a file cannot be read as declared: then nothing of it was kept, and nothing changed
    for readers.
    """
    started = time.monotonic()
    source = presets.resolve(shop.source)
    if source.time_zone:
        check_zone(source.time_zone)
    paths = find_files(shop, files)
    layout = Layout(shop.home)
    with _one_at_a_time(layout), Ledger(layout.ledger) as ledger, _engine(shop, layout) as connection:
        run = _Run(shop, source, layout, ledger, connection, progress or (lambda done, total, stage: None))
        accounts = run.go(paths)
        entities = sum(file.rows for file in ledger.files("entities"))
        events = ledger.files("events")
    first = min((file.first for file in events if file.first), default=None)
    last = max((file.last for file in events if file.last), default=None)
    return IngestResult(
        files=accounts,
        entities=entities,
        first=datetime.fromisoformat(first) if first else None,
        last=datetime.fromisoformat(last) if last else None,
        seconds=time.monotonic() - started,
    )


class _Run:
    """One ingest, under the lock."""

    def __init__(
        self,
        shop: Shop,
        source: ResolvedSource,
        layout: Layout,
        ledger: Ledger,
        connection: duckdb.DuckDBPyConnection,
        progress: Progress,
    ) -> None:
        self.source, self.layout, self.ledger, self.connection = source, layout, ledger, connection
        self.progress = progress
        self.rows = 0
        workers = shop.storage.threads or min(os.cpu_count() or 1, 4)
        self.bench = Workbench(connection, layout, ledger, workers, self._part_done)

    def go(self, paths: Sequence[Path]) -> list[FileAccount]:
        """Read what is new, merge it, publish it."""
        skipped, staged = [], []
        for path in paths:
            if self._known(path):
                skipped.append(FileAccount(str(path), skipped=True))
            else:
                staged.append(self._read(path))
        accounts = self._merge(staged) if staged else []
        return sorted(
            [*skipped, *accounts], key=lambda account: [str(path) for path in paths].index(account.path)
        )

    def _known(self, path: Path) -> bool:
        same = [row for row in self.ledger.sources("done") if row.path == str(path)]
        if not any(row.bytes == path.stat().st_size for row in same):
            return False
        return _sha256(path) in {row.sha256 for row in same}

    def _read(self, path: Path) -> SourceRow:
        kind = format_of(path, self.source.format)
        size = path.stat().st_size
        text = open_text(path, kind, self.source)
        row = self.ledger.add_source(str(path), size, kind, text.shape.columns, "")
        read_parts(self.bench, RowPlan(text.shape, self.source), row, text.pieces(self.bench), size)
        self.ledger.source_staged(row.source, text.file.sha256())
        return next(r for r in self.ledger.sources("staged") if r.source == row.source)

    def _part_done(self, rows: int, done: int, size: int) -> None:
        self.rows += rows
        self.progress(self.rows, int(self.rows * size / done) if done else None, "reading")

    def _merge(self, staged: Sequence[SourceRow]) -> list[FileAccount]:
        generation = self.ledger.generation + 1
        numbers = [row.source for row in staged]
        parts = [part for number in numbers for part in self.ledger.parts(number)]
        home = self.layout.home
        merge = Merge(
            layout=self.layout,
            generation=generation,
            staged=[home / part.staged for part in parts if part.staged],
            sources=numbers,
            mapped=frozenset(self.source.columns),
            kind_names=kind_names(self.source),
        )
        old = {(file.name, file.bucket): file for file in self.ledger.files()}
        items = merge_items(self.connection, merge, None)
        files = [TableFile("items", 0, merge.items.relative_to(home).as_posix(), items)]
        kept = dict.fromkeys(numbers, 0)
        for bucket in range(BUCKETS):
            outcome = merge_bucket(self.connection, merge, bucket, Existing(None, None))
            for number, rows in outcome["kept"].items():
                kept[int(number)] += rows
            events, entities = (
                merge.file(t, bucket).relative_to(home).as_posix() for t in ("events", "entities")
            )
            files.append(
                TableFile("events", bucket, events, outcome["events"], outcome["first"], outcome["last"])
            )
            files.append(TableFile("entities", bucket, entities, outcome["entities"]))
            self.progress(self.rows, self.rows, "merging")
        accounts, done, rejections = [], [], {}
        for row in staged:
            mine = [part for part in parts if part.source == row.source]
            by_rule: dict[str, int] = {}
            for part in mine:
                for rule, rows in part.rejected.items():
                    by_rule[rule] = by_rule.get(rule, 0) + rows
            read, rejected = sum(part.read for part in mine), sum(by_rule.values())
            accepted = kept[row.source]
            account = FileAccount(row.path, read, accepted, rejected, read - rejected - accepted, by_rule)
            account.check()
            accounts.append(account)
            rejections[row.source] = by_rule
            done.append(SourceRow(*[*vars(row).values()][:8], read, accepted, rejected, account.duplicates))
        _ = old
        self.ledger.publish(generation, files, done, rejections, "")
        return accounts


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _one_at_a_time(layout: Layout) -> Iterator[None]:
    """Hold the shop's lock. The system frees it when the process dies, however it dies."""
    layout.home.mkdir(parents=True, exist_ok=True)
    lock = sqlite3.connect(layout.lock, isolation_level=None, timeout=0)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise WillbuyError(f"another ingest is at work in {layout.home}. Wait for it to end.") from error
    try:
        yield
    finally:
        lock.close()


@contextmanager
def _engine(shop: Shop, layout: Layout) -> Iterator[duckdb.DuckDBPyConnection]:
    from willbuy.warehouse.duckdb import DuckDBWarehouse

    layout.temporary.mkdir(parents=True, exist_ok=True)
    with DuckDBWarehouse(shop.home, shop.storage.memory, shop.storage.threads) as warehouse:
        yield warehouse.connection
