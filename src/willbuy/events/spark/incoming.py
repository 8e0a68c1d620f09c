"""A source of another engine on its way into Spark: its bronze typed part by part here, to be merged with the rest there.

The origin lies on this machine or is fetched to it, so this is its work; the merge is that of Spark's workers.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from uuid import uuid4

from willbuy.events.live_source import plan_of
from willbuy.events.parquet import TEXT, write_parquet
from willbuy.events.spark.accounts import SpanAccount, leave_accounts, read_accounts, tools_in, typed_account
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.gathering import Gathered
from willbuy.events.typed import RowPlan, bronze_rows
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Part, SourceRow

_sql = Dialect()
Rows = Callable[[Part], AbstractContextManager[str]]
"""Gives SQL for the rows `(raw, fault)` of a part."""


def carry(
    bench: SparkBench, row: SourceRow, parts: Sequence[Part], rows: Rows, counted: list[int]
) -> Gathered:
    """Type the parts of a source that are not there yet, as `row` is declared now; `counted` takes how many these were."""
    waiting = [part for part in parts if not _account_path(bench.layout, row.source, part.part).exists()]
    plan = plan_of(bench.source, row)
    bench.file_begins(len(parts))
    jobs = ((part.part, partial(_carried, bench, plan, row.source, part, rows)) for part in waiting)
    for done, (_, account) in enumerate(bench.in_parallel(jobs), len(parts) - len(waiting) + 1):
        bench.rows_read(account.read, done / len(parts))
    counted.append(len(waiting))
    found = [read_accounts(_account_path(bench.layout, row.source, part.part))[row.source] for part in parts]
    return Gathered(bench.ledger.source_staged(row, row.sha256 or ""), found)


def _carried(bench: SparkBench, plan: RowPlan, source: int, part: Part, rows: Rows) -> SpanAccount:
    """A part, typed with its text beside it; done when its account lies there."""
    folder = bench.layout.staged(source) / f"copied-{part.part:05d}-{uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    tools, text = tools_in(bench.hands, folder), folder / "text.parquet"
    try:
        with rows(part) as sql:
            write_parquet(tools.connection, sql, text, TEXT)
        typed = bronze_rows(_sql.text(str(text)), part.first_line)
        account = typed_account(bench.hands, tools, plan, typed, source, part.quotes, f"{part.part:05d}")
        leave_accounts(_account_path(bench.layout, source, part.part), {source: account})
        return account
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        tools.close()
        text.unlink(missing_ok=True)


def _account_path(layout: Layout, source: int, part: int) -> Path:
    """Of another name than those of spans that were read of a file: these are no such spans."""
    return layout.staged(source) / f"copied-{part:05d}.json"
