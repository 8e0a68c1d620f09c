"""Held sources on Spark: their rows lie read and typed, with their text, and wait for one merge with others.

Adding a part writes its dates alone, so the work does not grow with the log as it does in DuckDB's files; what is saved is a
merge a part, and the small files that each leaves in every date it is of.
"""

from collections.abc import Sequence

from willbuy.events.account import FileAccount
from willbuy.events.spark.accounts import read_accounts
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import Gathered
from willbuy.events.spark.retyping import retyped_held
from willbuy.warehouse.ledger import SourceRow


def hold_back(bench: SparkBench, gathered: Sequence[Gathered]) -> list[FileAccount]:
    """Let sources that were read wait for a later ingest; return an account for each, nothing of it accepted yet."""
    bench.ledger.hold([found.row for found in gathered])
    return [_account(found) for found in gathered]


def held_before(bench: SparkBench) -> list[Gathered]:
    """The sources that wait, as they were typed; typed again from their text where the settings are others now."""
    held = [_staged(bench, row) for row in bench.ledger.sources("held")]
    changed = [found for found in held if found.row.settings != bench.settings]
    again = {found.row.source: found for found in retyped_held(bench, changed)} if changed else {}
    return [again.get(found.row.source, found) for found in held]


def _staged(bench: SparkBench, row: SourceRow) -> Gathered:
    """A source as its spans have left it."""
    accounts = sorted(bench.layout.staged(row.source).glob("span-*.json"))
    return Gathered(row, [read_accounts(path)[row.source] for path in accounts])


def _account(found: Gathered) -> FileAccount:
    rules, read = found.rejected, found.read
    rejected = sum(rules.values())
    return FileAccount(
        found.row.path, read=read, rejected=rejected, rejected_by_rule=rules, held=read - rejected
    )
