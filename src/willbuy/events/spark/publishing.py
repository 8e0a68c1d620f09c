"""Publishing on Spark: what was merged is counted, and made visible by one transaction of the ledger."""

import hashlib
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from willbuy.events.account import FileAccount
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import Gathered
from willbuy.events.spark.merging import Merge, Step
from willbuy.events.spark.written import remove_others
from willbuy.runs import drop_snapshots
from willbuy.warehouse.ledger import TableFile
from willbuy.warehouse.spark.tables import COLUMNS, date_of


def publish(
    bench: SparkBench,
    gathered: Sequence[Gathered],
    older: Sequence[Gathered] = (),
    lost: Collection[str] = (),
) -> list[FileAccount]:
    """Merge, check that every row is accounted for, and commit. Returns an account for each source, older ones first.

    `older` are the sources of the log, typed again: silver is then made anew of all, and bronze goes on without the
    files that are `lost`.
    """
    before = bench.ledger.files()
    old = [file for file in before if not older or (file.name == "events_raw" and file.file not in lost)]
    fresh, gathered = gathered, [*older, *gathered]
    numbers = [found.row.source for found in fresh]
    done = Merge(bench, gathered, numbers, old, _name_of(bench, gathered, bool(older))).run()
    accounts = [_account(found, done) for found in gathered]
    for account in accounts:
        account.check()
    sources = [
        replace(
            found.row,
            settings=bench.settings,
            read=account.read,
            accepted=account.accepted,
            rejected=account.rejected,
            duplicates=account.duplicates,
        )
        for found, account in zip(gathered, accounts, strict=True)
    ]
    rejections = {
        found.row.source: account.rejected_by_rule for found, account in zip(gathered, accounts, strict=True)
    }
    if older:
        drop_snapshots(bench.layout.home.parent)  # they know entities by keys, which are given anew
    bench.ledger.publish(bench.ledger.generation + 1, _files(old, done), sources, [], rejections)
    remove_others(bench.layout, [*before, *bench.ledger.files()])  # a reader may have the old ones open
    for found in gathered:
        shutil.rmtree(bench.layout.staged(found.row.source), ignore_errors=True)
    return accounts


def _files(old: Sequence[TableFile], done: Mapping[str, Step]) -> list[TableFile]:
    """The files of the new generation, and the old ones but those of dates that were written anew."""
    anew = set(done["events"].rewritten)
    kept = [file for file in old if file.name != "events" or date_of(file) not in anew]
    return [*kept, *(file for step in done.values() for file in step.files if file.name in COLUMNS)]


def _name_of(bench: SparkBench, gathered: Sequence[Gathered], anew: bool) -> str:
    """A merge may be taken up again only by a run that merges the same."""
    what = [bench.ledger.generation, bench.settings, anew]
    what += [(found.row.source, found.row.sha256) for found in gathered]
    return hashlib.sha256(repr(what).encode()).hexdigest()


def _account(found: Gathered, done: Mapping[str, Step]) -> FileAccount:
    source, rules = found.row.source, found.rejected
    if conflicts := done["dropped"].conflicts.get(source, 0):
        rules["event_id_conflict"] = conflicts
    return FileAccount(
        path=found.row.path,
        read=found.read,
        accepted=done["events"].kept.get(source, 0),
        rejected=sum(rules.values()),
        duplicates=done["dropped"].duplicates.get(source, 0),
        rejected_by_rule=rules,
    )
