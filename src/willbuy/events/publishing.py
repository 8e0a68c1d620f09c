"""Publishing: staged sources are merged into the next generation of silver, counted, and made visible at once."""

import hashlib
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from willbuy.events.account import FileAccount
from willbuy.events.keeping import ToMerge
from willbuy.events.merge import Merge, Outcome
from willbuy.events.merge_rows import parquet, run
from willbuy.events.merging import merge_bucket, merge_items
from willbuy.events.typed import kind_names
from willbuy.events.workbench import Workbench
from willbuy.runs import drop_snapshots
from willbuy.warehouse.layout import BUCKETS
from willbuy.warehouse.ledger import LIVE, Ledger, Part, SourceRow, TableFile


def publish(bench: Workbench, ledger: Ledger, staged: ToMerge) -> list[FileAccount]:
    """Merge, check that every row is accounted for, and commit. Returns an account for each source."""
    before = ledger.files()
    old = {} if staged.anew else {(file.name, file.bucket): file for file in before}
    merged = _merge(bench, ledger, staged, old)
    sources: list[SourceRow] = []
    accounts = []
    rejections: dict[int, Mapping[str, int]] = {}
    for row in staged.sources:
        account = _account(row, staged.of(row.source), merged)
        account.check()
        accounts.append(account)
        rejections[row.source] = account.rejected_by_rule
        counts = {name: getattr(account, name) for name in ("read", "accepted", "rejected", "duplicates")}
        sources.append(replace(row, settings=bench.settings, **counts))
    if not staged.anew:
        _take_over(ledger, merged, sources, rejections)
    files = [file for outcome in merged for file in outcome.files]
    files += [file for (name, _), file in old.items() if name.startswith("conflicts")]
    if staged.anew:
        drop_snapshots(bench.layout.home)
    visible = [replace(part, staged=None) for part in staged.parts]
    ledger.publish(ledger.generation + 1, files, sources, visible, rejections)
    _clean(bench, ledger, staged, before)
    return accounts


def _take_over(
    ledger: Ledger,
    merged: Sequence[Outcome],
    sources: list[SourceRow],
    rejections: dict[int, Mapping[str, int]],
) -> None:
    """Count what live events replaced of earlier sources: rows that were accepted are duplicates or conflicts now."""
    known = {row.source: row for row in ledger.sources("done")}
    refused = ledger.rejections()
    for number in sorted(
        {source for outcome in merged for source in (*outcome.replaced, *outcome.overruled)}
    ):
        replaced = sum(outcome.replaced.get(number, 0) for outcome in merged)
        overruled = sum(outcome.overruled.get(number, 0) for outcome in merged)
        row, rules = known[number], dict(refused.get(number, {}))
        if overruled:
            rules["event_id_conflict"] = rules.get("event_id_conflict", 0) + overruled
        now = replace(
            row,
            accepted=row.accepted - replaced - overruled,
            rejected=row.rejected + overruled,
            duplicates=row.duplicates + replaced,
        )
        sources.append(now)
        rejections[number] = rules


def _merge(
    bench: Workbench, ledger: Ledger, staged: ToMerge, old: Mapping[tuple[str, int], TableFile]
) -> list[Outcome]:
    """Merge the items and every bucket, but what an interrupted run of the same merges has done."""
    home = bench.layout.home
    known = [*ledger.live_sources(), *staged.sources]
    live = frozenset(row.source for row in known if row.format == LIVE)
    by_door = [part.staged for part in staged.parts if part.staged and part.source in live]
    by_file = [part.staged for part in staged.parts if part.staged and part.source not in live]
    merge = Merge(
        layout=bench.layout,
        generation=ledger.generation + 1,
        old=old,
        staged=[home / file for file in by_file],
        staged_live=[home / file for file in by_door],
        ends=ends_of(bench, by_file, old) if live else {},
        live=live,
        sources=[row.source for row in staged.sources],
        mapped=frozenset(bench.source.columns),
        kind_names=kind_names(bench.source),
    )
    name = _name_of(bench, ledger, staged)
    outcomes = {number: Outcome.from_json(found) for number, found in ledger.merges(name).items()}

    def merge_one(bucket: int) -> Outcome:
        return (
            merge_items(merge, bench.connection)
            if bucket == ITEMS
            else merge_bucket(merge, bench.connection, bucket)
        )

    for wave in ([ITEMS], range(BUCKETS)):  # the buckets need the items' keys
        jobs = ((bucket, partial(merge_one, bucket)) for bucket in wave if bucket not in outcomes)
        for bucket, outcome in bench.in_parallel(jobs):
            outcomes[bucket] = outcome
            if outcome.files:
                ledger.add_merge(name, bucket, outcome.to_json())
            bench.progress(bench.rows * (len(outcomes) - 1) // BUCKETS, bench.rows, "merging")
    return [outcomes[bucket] for bucket in sorted(outcomes)]


def ends_of(
    bench: Workbench, staged: Sequence[str], old: Mapping[tuple[str, int], TableFile]
) -> dict[int, datetime]:
    """The time of the last event of each source, of those in silver and those staged."""
    known = [file.file for (name, _), file in old.items() if name == "events"]
    times = [
        f"SELECT source, time FROM {parquet([bench.layout.home / file for file in files])} WHERE {condition}"
        for files, condition in ((known, "true"), (staged, "rule = 0"))
        if files
    ]
    if not times:
        return {}
    found = run(
        bench.connection, f"SELECT source, max(time) FROM ({' UNION ALL '.join(times)}) GROUP BY source"
    )
    return {int(source): last for source, last in found}


ITEMS = -1
"""Stands for the items among the buckets."""


def _name_of(bench: Workbench, ledger: Ledger, staged: ToMerge) -> str:
    """A merge may be taken up again only by a run that merges the same."""
    what = [ledger.generation, bench.settings, staged.anew]
    what += [(row.source, row.sha256) for row in staged.sources]
    return hashlib.sha256(repr(what).encode()).hexdigest()


def _account(row: SourceRow, parts: Sequence[Part], merged: Sequence[Outcome]) -> FileAccount:
    rules: dict[str, int] = {}
    for part in parts:
        for rule, rows in part.rejected.items():
            rules[rule] = rules.get(rule, 0) + rows
    conflicts = sum(outcome.conflicts.get(row.source, 0) for outcome in merged)
    if conflicts:
        rules["event_id_conflict"] = conflicts
    return FileAccount(
        path=row.path,
        read=sum(part.read for part in parts),
        accepted=sum(outcome.kept.get(row.source, 0) for outcome in merged),
        rejected=sum(rules.values()),
        duplicates=sum(outcome.duplicates.get(row.source, 0) for outcome in merged),
        rejected_by_rule=rules,
    )


def _clean(bench: Workbench, ledger: Ledger, staged: ToMerge, before: Sequence[TableFile]) -> None:
    """Remove what nobody needs: staged rows, older refused rows, and silver of before the last generation.

    The last generation stays, because a reader may have it open.
    """
    home = bench.layout.home
    for row in staged.sources:
        shutil.rmtree(bench.layout.staged(row.source), ignore_errors=True)
        needed = {part.rejects for part in staged.of(row.source)}
        _remove_others(home, bench.layout.rejected(row.source), needed)
    _remove_others(home, home / "silver", {file.file for file in [*before, *ledger.files()]})


def _remove_others(home: Path, folder: Path, needed: Collection[str | None]) -> None:
    for path in folder.rglob("*.parquet"):
        if path.relative_to(home).as_posix() not in needed:
            path.unlink(missing_ok=True)
