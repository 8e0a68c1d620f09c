"""Staging: a bronze part's rows, typed and sorted by bucket, waiting for their merge; and its refused rows."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from willbuy.events.parquet import STAGED, TEXT, write_parquet
from willbuy.events.rules import RULES
from willbuy.events.typed import (
    RowPlan,
    bronze_rows,
    refused_value,
    shown_value,
    staged_columns,
    typed_rows,
)
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.ledger import Part

_sql = Dialect()


@dataclass(frozen=True)
class Staged:
    """What became of a part: rows read (blank lines are none) and the refused ones by rule."""

    read: int
    rejected: dict[str, int]


def stage_part(
    connection: duckdb.DuckDBPyConnection,
    plan: RowPlan,
    bronze: Path,
    part: Part,
    staged: Path,
    rejects: Path,
) -> Staged:
    """Type the rows of a bronze part; write them, and the refused ones if there are any."""
    rows = bronze_rows(_sql.text(str(bronze)), part.first_line)
    return stage_rows(connection, plan, rows, part.source, part.quotes, staged, rejects)


def stage_rows(
    connection: duckdb.DuckDBPyConnection,
    plan: RowPlan,
    rows: str,
    source: int,
    quotes: bool,
    staged: Path,
    rejects: Path,
    *,
    with_text: bool = False,
) -> Staged:
    """Type rows `(line, raw, fault)` of one source, given as SQL.

    `with_text` keeps each row's `raw` and `fault` beside it, in the order of the lines.
    """
    number = f"CAST({source} AS INTEGER) AS source"
    columns, order = f"{number}, {staged_columns(plan)}", "ORDER BY bucket"
    if with_text:
        columns, order = f"{columns}, raw, fault", ""
    kept = f"SELECT {columns} FROM ({typed_rows(plan, rows, quotes)}) {order}"
    read = write_parquet(connection, kept, staged, TEXT if with_text else STAGED)
    counts = connection.execute(
        f"SELECT rule, count(*) FROM read_parquet({_sql.text(str(staged))}) WHERE rule > 0 GROUP BY rule ORDER BY rule"
    ).fetchall()
    rejected = {RULES[code - 1].name: int(count) for code, count in counts}
    if rejected:
        refused = f"SELECT line FROM read_parquet({_sql.text(str(staged))}) WHERE rule > 0"
        found = typed_rows(plan, rows, quotes, refused)
        names = shown_value()
        named = f"SELECT * REPLACE ({names['rule']} AS rule), {names['field']} AS field FROM ({found})"
        shown = f"SELECT {number}, line, rule, field, {refused_value(plan)} AS value, raw FROM ({named}) ORDER BY line"
        write_parquet(connection, shown, rejects, TEXT)
    return Staged(read, rejected)
