"""Typing again: what is declared has changed, so all of silver is made anew from bronze, by the workers that read files."""

import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from willbuy.errors import WillbuyError
from willbuy.events.disk import explain_full_disk
from willbuy.events.gathering import refuse_missing
from willbuy.events.live_source import plan_of
from willbuy.events.spark.accounts import (
    Hands,
    SpanAccount,
    leave_accounts,
    read_accounts,
    tools_in,
    typed_account,
)
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import Gathered
from willbuy.events.spark.span_task import Failure
from willbuy.events.spark.written import parquet
from willbuy.warehouse.ledger import SourceRow, TableFile

ROWS_A_TASK = 1 << 20


@dataclass(frozen=True)
class RetypeTask:
    """Bronze files to be typed again, into `folder`, and the sources that they may hold rows of."""

    number: int
    files: Sequence[Path]
    folder: Path
    sources: Mapping[int, SourceRow]

    @property
    def account(self) -> Path:
        """Where the accounts lie when it is done."""
        return self.folder / f"task-{self.number:05d}.json"


def regather(bench: SparkBench, rows: Sequence[SourceRow], lost: Collection[str] = ()) -> list[Gathered]:
    """Type the rows of sources that are part of the log again, from bronze; what an interrupted run typed is used.

    `lost` are files of bronze that are left out.
    """
    bronze = [file for file in bench.ledger.files("events_raw") if file.file not in lost]
    name = f"anew-{bench.ledger.generation:05d}-{_name_of(bench, bronze)}"
    forget_retyped(bench, name)
    return _typed_again(bench, rows, bronze, name)


def retyped_held(bench: SparkBench, held: Sequence[Gathered]) -> list[Gathered]:
    """Type the rows of held sources again, from the text that was staged with them."""
    files = [
        TableFile("staged", 0, name, account.read)
        for found in held
        for account in found.accounts
        for name in account.rows
    ]
    return _typed_again(bench, [found.row for found in held], files, f"again-{_name_of(bench, files)}")


def _name_of(bench: SparkBench, files: Sequence[TableFile]) -> str:
    """What was typed again is used by a run that would type the same by the same settings."""
    what = repr([bench.settings, [file.file for file in files]])
    return hashlib.sha256(what.encode()).hexdigest()[:12]


def _typed_again(
    bench: SparkBench, rows: Sequence[SourceRow], files: Sequence[TableFile], name: str
) -> list[Gathered]:
    for row in rows:
        refuse_missing(bench, row)
    folder = bench.layout.staged(0).with_name(name)
    sources = {row.source: row for row in rows}
    tasks = [
        RetypeTask(number, [bench.layout.home / file.file for file in group], folder, sources)
        for number, group in enumerate(_groups(files))
    ]
    waiting = [task for task in tasks if not task.account.exists()]
    in_all = sum(file.rows for file in files)

    def look() -> None:
        done = [read_accounts(task.account) for task in tasks if task.account.exists()]
        bench.progress(sum(account.read for found in done for account in found.values()), in_all, "reading")

    found = bench.on_workers("Spark broke off while it typed the log again", retype, waiting, look)
    for failure in found:
        if failure is not None:
            raise failure.error()
    accounts = [read_accounts(task.account) for task in tasks]
    return [Gathered(row, [found[row.source] for found in accounts if row.source in found]) for row in rows]


def forget_retyped(bench: SparkBench, but: str = "") -> None:
    """Remove what was typed again for a merge that is done, or is none any more."""
    for pattern in ("anew-*",) if but else ("anew-*", "again-*"):
        for folder in bench.layout.staged(0).parent.glob(pattern):
            if folder.name != but:
                shutil.rmtree(folder, ignore_errors=True)


def retype(hands: Hands, task: RetypeTask) -> Failure | None:
    """Type some of bronze, in a worker; None when the accounts lie there."""
    folder = task.folder / f"task-{task.number:05d}-{uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    try:
        with explain_full_disk(hands.layout.home):
            leave_accounts(task.account, _retyped(hands, task, folder))
        return None
    except WillbuyError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return Failure(str(error), False)


def _retyped(hands: Hands, task: RetypeTask, folder: Path) -> dict[int, SpanAccount]:
    tools = tools_in(hands, folder)
    rows = f"read_parquet({parquet(task.files)}, hive_partitioning = false)"
    try:
        found = tools.connection.execute(
            f"SELECT source, bool_or(contains(raw, '\"')) FROM {rows} GROUP BY source ORDER BY source"
        ).fetchall()
        return {
            source: typed_account(
                hands,
                tools,
                plan_of(hands.source, task.sources[source]),
                f"SELECT line, raw, fault FROM {rows} WHERE source = {source}",
                source,
                bool(quotes),
                f"{source:05d}",
            )
            for source, quotes in found
        }
    finally:
        tools.close()


def _groups(files: Sequence[TableFile]) -> Iterator[list[TableFile]]:
    """Files of about as many rows as are a task's."""
    group: list[TableFile] = []
    for file in files:
        group.append(file)
        if sum(one.rows for one in group) >= ROWS_A_TASK:
            yield group
            group = []
    if group:
        yield group
