"""Ingest on Spark: files to staged rows by its workers, staged rows to bronze and silver by its SQL, one commit.

files -> spans -> (a task each) staged rows with their text and an account -> bronze, keys, events -> one commit
"""

from collections.abc import Sequence
from pathlib import Path

from willbuy.events.account import FileAccount
from willbuy.events.gathering import ingested_before
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import gather
from willbuy.events.spark.holding import held_before, hold_back
from willbuy.events.spark.publishing import publish
from willbuy.events.spark.retyping import forget_retyped, regather


def ingest_by_spark(bench: SparkBench, paths: Sequence[Path], hold: bool) -> list[FileAccount]:
    """Read files into bronze and silver, and account for every row, as `willbuy.events.ingest.ingest` does.

    Raises SourceError when a file cannot be read as declared, EngineError where Spark breaks off. Readers go on seeing
    what they saw until all is done.
    """
    known = [path for path in paths if ingested_before(bench, path)]
    gathered = gather(bench, [path for path in paths if path not in known])
    waited: list[FileAccount] = []
    if hold:
        accounts = hold_back(bench, gathered)
    else:
        waiting = held_before(bench)
        done = bench.ledger.sources("done")
        changed = any(row.settings != bench.settings for row in done)  # it decides what all events are
        older = regather(bench, done) if changed else []
        new = [*waiting, *gathered]
        accounts = publish(bench, new, older)[len(older) :] if new or older else []
        waited, accounts = accounts[: len(waiting)], accounts[len(waiting) :]
        forget_retyped(bench)
    by_path = {account.path: account for account in accounts}
    by_path |= {str(path): FileAccount(str(path), skipped=True) for path in known}
    return [*waited, *(by_path[str(path)] for path in paths)]
