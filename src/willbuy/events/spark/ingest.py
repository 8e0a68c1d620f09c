"""Ingest on Spark: files to staged rows by its workers, staged rows to bronze and silver by its SQL, one commit.

files -> spans -> (a task each) staged rows with their text and an account -> bronze, keys, events -> one commit
"""

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import ShopError
from willbuy.events import presets
from willbuy.events.account import FileAccount, IngestResult, result_of
from willbuy.events.disk import explain_full_disk
from willbuy.events.gathering import ingested_before, refuse_other_reading
from willbuy.events.guarding import Guard, refuse_rules_on_ids
from willbuy.events.keeping_files import FilesKeeping
from willbuy.events.settings import settings_of
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import gather
from willbuy.events.spark.publishing import publish
from willbuy.events.spark.retyping import forget_retyped, regather
from willbuy.events.sweeping import one_at_a_time, sweep
from willbuy.events.workbench import Progress, share_of
from willbuy.hashed_ids import Suppression, open_hasher
from willbuy.shop import Shop
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.tables import layout_of


def ingest_by_spark(shop: Shop, paths: Sequence[Path], progress: Progress | None = None) -> IngestResult:
    """Read files into bronze and silver, and account for every row, as `willbuy.events.ingest.ingest` does.

    Raises SourceError when a file cannot be read as declared, EngineError where Spark does not start or breaks off.
    Readers go on seeing what they saw until all is done.
    """
    from willbuy.warehouse.spark.session import open_session

    if "://" in shop.storage.home:
        raise ShopError(
            f"storage.home is {shop.storage.home!r}, and ingest on Spark is not built for a URL: it keeps its ledger and files "
            "in a folder. Name one that the driver and every worker see under the same path."
        )
    started = time.monotonic()
    source = presets.resolve(shop.source)
    refuse_rules_on_ids(source)
    layout = layout_of(shop.home)
    layout.temporary.mkdir(parents=True, exist_ok=True)
    guard = Guard(open_hasher(shop), Suppression(shop.home))
    with explain_full_disk(layout.home), one_at_a_time(layout), Ledger(layout.ledger) as ledger:
        sweep(layout, ledger)
        session = open_session(shop.storage.master, _settings(shop), shop.storage.memory, layout.temporary)
        workers = tasks_at_once(shop.storage.master)
        with SparkBench(
            layout=layout,
            ledger=ledger,
            keeping=FilesKeeping(ledger),
            source=source,
            settings=settings_of(source),
            workers=workers,
            memory=share_of(shop.storage.memory, workers),
            progress=progress or (lambda done, total, stage: None),
            guard=guard,
            session=session,
        ) as bench:
            accounts = _ingest(bench, paths)
            tables = ledger.files()
    return result_of(accounts, tables, time.monotonic() - started)


def tasks_at_once(master: str) -> int:
    """How many tasks may share this machine's memory: those of a local master; of a cluster's machine, by a guess, four.

    >>> tasks_at_once("local[2]"), tasks_at_once("local"), tasks_at_once("yarn")
    (2, 1, 4)
    """
    found = re.fullmatch(r"local(?:\[(\d+|\*)(?:,.*)?\])?", master)
    if not found:
        return 4
    return (os.cpu_count() or 1) if found[1] == "*" else int(found[1] or 1)


def _ingest(bench: SparkBench, paths: Sequence[Path]) -> list[FileAccount]:
    refuse_other_reading(bench)
    known = [path for path in paths if ingested_before(bench, path)]
    gathered = gather(bench, [path for path in paths if path not in known])
    done = bench.ledger.sources("done")
    changed = any(row.settings != bench.settings for row in done)  # it decides what all events are
    older = regather(bench, done) if changed else []
    accounts = publish(bench, gathered, older) if gathered or older else []
    forget_retyped(bench)
    by_path = {account.path: account for account in accounts}
    by_path |= {str(path): FileAccount(str(path), skipped=True) for path in known}
    return [by_path[str(path)] for path in paths]


def _settings(shop: Shop) -> dict[str, str]:
    return {name: _text(value) for name, value in shop.storage.spark.items()}


def _text(value: str | int | bool | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
