"""Ingest: files to bronze, bronze to silver, every row accounted for.

    files -> blocks -> bronze parts -> staged parts -> (all files read) -> 16 merges -> one commit

Nothing is visible before the last commit; whatever was complete when a process died is used by the next.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from willbuy.errors import SourceError
from willbuy.events.account import FileAccount, IngestResult, render
from willbuy.events.benches import open_bench
from willbuy.events.files import find_files
from willbuy.events.gathering import gather, ingested_before, refuse_other_reading, regather
from willbuy.events.holding import held_before, hold_back
from willbuy.events.keeping import ToMerge
from willbuy.events.live_gathering import gather_live
from willbuy.events.live_source import LiveEvents
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.ingest import ingest_by_spark
from willbuy.events.workbench import Progress, Workbench
from willbuy.shop import Shop
from willbuy.warehouse.lacking import refuse_lacking
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow
from willbuy.warehouse.spark.tables import layout_of

__all__ = ["FileAccount", "IngestResult", "ingest", "ingest_live", "render"]


def ingest(
    shop: Shop,
    files: Sequence[str] | None = None,
    progress: Progress | None = None,
    *,
    hold: bool = False,
) -> IngestResult:
    """Read the shop's files (or the given ones) into bronze and silver, and account for every row.

    With `hold` they are read, typed and counted, and wait: the next ingest without it merges all that waits, whether or
    not their files are there still. Raises SourceError when a file cannot be read as declared: nothing of it is kept, and
    readers go on seeing what they saw. `progress` is told (rows done, rows in all or an estimate of them, stage).
    """
    if hold:
        refuse_lacking("ingest --hold", shop.storage.engine)
    paths = _paths(shop, files, hold)
    return at_work(shop, progress, lambda bench: _ingest(bench, paths, hold))


def _paths(shop: Shop, files: Sequence[str] | None, hold: bool) -> list[Path]:
    """The files to read; none where only what is held is to be merged, and the shop's own files are gone."""
    try:
        return find_files(shop, files)
    except SourceError:
        if files or hold or not _holds(shop):
            raise
        return []


def _holds(shop: Shop) -> bool:
    layout = layout_of(shop.home) if shop.storage.engine == "spark" else Layout(shop.home)
    if shop.storage.engine == "postgres" or not layout.ledger.exists():
        return False
    with Ledger(layout.ledger, read_only=True) as ledger:
        return bool(ledger.sources("held"))


def ingest_live(shop: Shop, live: LiveEvents, progress: Progress | None = None) -> IngestResult:
    """Read what the service stored since the last time into bronze and silver, and account for every event.

    A live event that a file holds too is one event, and the live one is kept. Raises SourceError where the store is
    not the one that was read before.
    """
    refuse_lacking("ingest --live", shop.storage.engine)
    return at_work(shop, progress, lambda bench: _ingest_live(bench, live))


def at_work(
    shop: Shop, progress: Progress | None, work: Callable[[Workbench], list[FileAccount]]
) -> IngestResult:
    """Do work on a shop's log that gives accounts of sources: one process at a time, with tools, under the shop's lock."""
    started = time.monotonic()
    with open_bench(shop, progress) as bench:
        bench.keeping.begin(bench)
        accounts = work(bench)
        log = bench.keeping.log()
    return IngestResult(accounts, log.entities, log.first, log.last, time.monotonic() - started)


def _ingest(bench: Workbench, paths: Sequence[Path], hold: bool) -> list[FileAccount]:
    refuse_other_reading(bench)
    if isinstance(bench, SparkBench):
        return ingest_by_spark(bench, paths, hold)
    known = [path for path in paths if ingested_before(bench, path)]
    new = [path for path in paths if path not in known]
    bench.bytes_in_all = sum(path.stat().st_size for path in new)
    gathered = [gather(bench, path) for path in new]
    if hold:
        waited, accounts = [], hold_back(bench, gathered)
    else:
        waiting, parts = held_before(bench)
        merged = _publish(bench, [*waiting, *gathered], parts)
        waited, accounts = merged[: len(waiting)], merged[len(waiting) :]
    by_path = {account.path: account for account in accounts}
    by_path |= {str(path): FileAccount(str(path), skipped=True) for path in known}
    return [*waited, *(by_path[str(path)] for path in paths)]


def _ingest_live(bench: Workbench, live: LiveEvents) -> list[FileAccount]:
    refuse_other_reading(bench)
    return _publish(bench, gather_live(bench, live))


def _publish(
    bench: Workbench, sources: Sequence[SourceRow], typed_again: Sequence[Part] = ()
) -> list[FileAccount]:
    """Merge what was gathered, and all of the log anew where what is declared has changed; an account for each source.

    `typed_again` are parts of some of the sources, in the place of those that the ledger knows.
    """
    fresh = {part.source for part in typed_again}
    parts = [part for row in sources if row.source not in fresh for part in bench.ledger.parts(row.source)]
    parts += typed_again
    older = bench.ledger.sources("done")
    changed = any(row.settings != bench.settings for row in older)
    if changed:  # what is declared decides what events are: all of silver follows it
        parts += [part for row in older for part in regather(bench, row)]
        sources = [*older, *sources]
    else:
        older = []
    return (
        bench.keeping.publish(bench, ToMerge(sources, parts, anew=changed))[len(older) :] if sources else []
    )
