"""Ingest: files to bronze, bronze to silver, every row accounted for.

    files -> blocks -> bronze parts -> staged parts -> (all files read) -> 16 merges -> one commit

Nothing is visible before the last commit; whatever was complete when a process died is used by the next.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from willbuy.errors import ShopError
from willbuy.events import presets
from willbuy.events.account import FileAccount, IngestResult, render, result_of
from willbuy.events.disk import explain_full_disk
from willbuy.events.files import find_files
from willbuy.events.gathering import gather, ingested_before, refuse_other_reading, regather
from willbuy.events.guarding import Guard, refuse_rules_on_ids
from willbuy.events.live_gathering import gather_live
from willbuy.events.live_source import LiveEvents
from willbuy.events.publishing import Staged, publish
from willbuy.events.settings import settings_of
from willbuy.events.spark.ingest import ingest_by_spark
from willbuy.events.sweeping import one_at_a_time, sweep
from willbuy.events.workbench import Progress, Workbench
from willbuy.hashed_ids import Suppression, open_hasher
from willbuy.shop import Shop
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, SourceRow

MOST_WORKERS = 4
"""Each holds a block in memory, and merges a bucket; more are asked for with storage.threads."""

__all__ = ["FileAccount", "IngestResult", "ingest", "ingest_live", "render"]


def ingest(shop: Shop, files: Sequence[str] | None = None, progress: Progress | None = None) -> IngestResult:
    """Read the shop's files (or the given ones) into bronze and silver, and account for every row.

    Raises SourceError when a file cannot be read as declared: nothing of it is kept, and readers go on seeing what
    they saw. `progress` is told (rows done, rows in all or an estimate of them, stage).
    """
    paths = find_files(shop, files)
    if shop.storage.engine == "spark":
        return ingest_by_spark(shop, paths, progress)
    return _at_work(shop, progress, lambda bench: _ingest(bench, paths))


def ingest_live(shop: Shop, live: LiveEvents, progress: Progress | None = None) -> IngestResult:
    """Read what the service stored since the last time into bronze and silver, and account for every event.

    A live event that a file holds too is one event, and the live one is kept. Raises SourceError where the store is
    not the one that was read before.
    """
    if shop.storage.engine == "spark":
        raise ShopError(
            "ingest --live is not built for storage.engine = 'spark': there, what the service received stays in its "
            "store. Ingest files, or keep this shop on 'duckdb' or 'postgres'."
        )
    return _at_work(shop, progress, lambda bench: _ingest_live(bench, live))


def _at_work(
    shop: Shop, progress: Progress | None, work: Callable[[Workbench], list[FileAccount]]
) -> IngestResult:
    if shop.storage.engine != "duckdb":
        raise ShopError(
            f"storage.engine = {shop.storage.engine!r}: ingest knows no other engine than 'duckdb' yet."
        )
    started = time.monotonic()
    source = presets.resolve(shop.source)
    layout = Layout(shop.home)
    refuse_rules_on_ids(source)
    guard = Guard(open_hasher(shop), Suppression(shop.home))
    layout.temporary.mkdir(parents=True, exist_ok=True)
    with (
        explain_full_disk(layout.home),
        one_at_a_time(layout),
        Ledger(layout.ledger) as ledger,
        Workbench(
            layout=layout,
            ledger=ledger,
            source=source,
            settings=settings_of(source),
            workers=shop.storage.threads or min(os.cpu_count() or 1, MOST_WORKERS),
            memory=shop.storage.memory,
            progress=progress or (lambda done, total, stage: None),
            guard=guard,
        ) as bench,
    ):
        sweep(layout, ledger)
        accounts = work(bench)
        tables = ledger.files()
    return result_of(accounts, tables, time.monotonic() - started)


def _ingest(bench: Workbench, paths: Sequence[Path]) -> list[FileAccount]:
    refuse_other_reading(bench)
    known = [path for path in paths if ingested_before(bench, path)]
    new = [path for path in paths if path not in known]
    bench.bytes_in_all = sum(path.stat().st_size for path in new)
    by_path = _publish(bench, [gather(bench, path) for path in new])
    by_path |= {str(path): FileAccount(str(path), skipped=True) for path in known}
    return [by_path[str(path)] for path in paths]


def _ingest_live(bench: Workbench, live: LiveEvents) -> list[FileAccount]:
    refuse_other_reading(bench)
    sources = gather_live(bench, live)
    by_path = _publish(bench, sources)
    return [by_path[row.path] for row in sources]


def _publish(bench: Workbench, sources: list[SourceRow]) -> dict[str, FileAccount]:
    """Merge what was gathered, and all of the log anew where what is declared has changed; the accounts by path."""
    parts = [part for row in sources for part in bench.ledger.parts(row.source)]
    older = bench.ledger.sources("done")
    changed = any(row.settings != bench.settings for row in older)
    if changed:  # what is declared decides what events are: all of silver follows it
        parts += [part for row in older for part in regather(bench, row)]
        sources = [*older, *sources]
    accounts = publish(bench, Staged(sources, parts, anew=changed)) if sources else []
    return {account.path: account for account in accounts}
