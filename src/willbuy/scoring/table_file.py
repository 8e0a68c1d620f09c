"""Scoring a file of a table's rows: CSV or Parquet in, one row of scores for each accepted row out, in its order."""

import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from willbuy.errors import InputError, WillbuyError, listed
from willbuy.models.bundle import Bundle
from willbuy.models.prepare import Column
from willbuy.progress import BarCallback
from willbuy.scoring.columns import ScoreColumns
from willbuy.scoring.output import check_output, write_scores
from willbuy.scoring.parts import Parts
from willbuy.scoring.scored import Scored
from willbuy.scoring.table_output import AS_OF, ID, TableOutput, table_output, wants_reasons
from willbuy.scoring.table_rows import TableRowsToScore
from willbuy.shop import Table, make_table
from willbuy.tables.texts import Texts
from willbuy.warehouse.duckdb import DuckDBWarehouse


@dataclass(frozen=True)
class TableScored(Scored):
    """What was written, and what became of the rows that were read: read = scored + rejected."""

    read: int
    rejected: dict[str, int]  # rule -> rows
    first_rejected: str
    unseen: dict[str, int]  # category -> rows with a value that the training part did not have
    ignored: list[str]  # columns that the model does not read

    def sentence(self) -> str:
        said = [super().sentence()]
        if self.rejected:
            rules = ", ".join(f"{count:,} by the rule {rule}" for rule, count in self.rejected.items())
            count = sum(self.rejected.values())
            said.append(
                f"{count:,} of {self.read:,} rows were refused and not scored, {rules}; the first is {self.first_rejected}."
            )
        said += [
            f"{rows:,} rows hold a value of {name} that the model has not seen; they were scored all the same."
            for name, rows in self.unseen.items()
        ]
        if self.ignored:
            said.append(f"Columns that the model does not read, and were left out: {listed(self.ignored)}.")
        return "\n".join(said)


def columns_of(bundle: Bundle) -> tuple[Column, ...]:
    """The raw columns that a table's bundle reads; none of a log's bundle."""
    return tuple(Column.from_dict(fields) for fields in bundle.manifest.get("columns", ()))


def table_of(bundle: Bundle) -> Table:
    """How the files of a table's bundle are read and its scores are named, as its shop file said when it was trained."""
    return make_table({**bundle.manifest["table"], "output": dict(bundle.manifest["output"])})


def score_table_file(
    bundle: Bundle,
    table: Table,
    rows: Path,
    output: Path,
    *,
    as_of: str | None = None,
    reasons: bool = True,
    progress: BarCallback = lambda done, total, stage: None,
) -> TableScored:
    """Score a file and write one row for each accepted one. Memory is bounded, and the output is whole or not there.

    Columns: the id under its own name (the line where there is none), `as_of` where given, `ScoreColumns`, the labels of the
    recipe; or those of `[table] output`. A file that lacks a column is refused with the nearest name; a row that a
    column cannot hold is left out and counted; more than half such rows refuse the file.
    """
    check_output(output)
    columns = columns_of(bundle)
    if not columns:
        raise InputError(
            "the model was trained on a log: it reads features, not a table's columns. See willbuy predict"
        )
    if not rows.is_file():
        raise InputError(f"no file {rows}")
    scores = ScoreColumns(bundle, reasons and wants_reasons(table))
    named = table_output(table, scores.names, list(bundle.labels(bundle.golden["rows"][:1])), as_of)
    if named.wants_moment and not as_of:
        raise WillbuyError(
            "the output has a column with the moment of the scores: say it, --as-of 2024-03-01T12:00"
        )
    work = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.absolute().parent))
    try:
        with closing(DuckDBWarehouse(work)) as warehouse, Texts(table) as texts:
            reader = TableRowsToScore(rows, table, columns, texts)
            reader.open()
            count = _write_parts(reader, scores, Parts(work, warehouse), progress)
            reader.check()
            source = Parts(work, warehouse).source(count)
            found = write_scores(warehouse, source, _select(named, as_of), output, scores, as_of)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _with_account(found, reader)


def _write_parts(reader: TableRowsToScore, scores: ScoreColumns, parts: Parts, progress: BarCallback) -> int:
    import pandas as pd

    number, done = 0, 0
    for chunk in reader.chunks():
        done += len(chunk.ids)
        if not chunk.ids:
            continue
        number += 1
        found: dict[str, Any] = {**scores.of(chunk.rows), **scores.bundle.labels(chunk.rows)}
        parts.write(number, pd.DataFrame({"willbuy_id": chunk.ids, **found}))
        progress(done, None, "scores")
    return number


def _select(named: TableOutput, as_of: str | None) -> str:
    dialect = DuckDBWarehouse.dialect
    parts = {ID: '"willbuy_id"', AS_OF: dialect.text(as_of or "")}
    return ", ".join(
        f"{parts.get(held, dialect.identifier(held))} AS {dialect.identifier(name)}"
        for name, held in named.columns.items()
    )


def _with_account(found: Scored, reader: TableRowsToScore) -> TableScored:
    return TableScored(
        **found.to_json(),
        read=reader.read,
        rejected=dict(reader.rejected),
        first_rejected=reader.first_rejected,
        unseen=dict(reader.unseen),
        ignored=reader.ignored,
    )
