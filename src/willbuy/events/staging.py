"""Staging: a bronze part's rows, typed and sorted by bucket, waiting for their merge; and its refused rows."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from willbuy.events.parquet import STAGED, TEXT, write_parquet
from willbuy.events.rules import RULES
from willbuy.events.typed import RowPlan, refused_value, shown_value, staged_columns, typed
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
    *,
    with_text: bool = False,
) -> Staged:
    """Type the rows of a bronze part; write them, and the refused ones if there are any.

    `with_text` keeps each row's `raw` and `fault` beside it, in the order of the lines.
    """
    rows = typed(plan, _sql.text(str(bronze)), part.first_line, part.quotes)
    source = f"CAST({part.source} AS INTEGER) AS source"
    if with_text:
        kept = f"SELECT {source}, {staged_columns(plan)}, raw, fault FROM ({rows})"
    else:
        kept = f"SELECT {source}, {staged_columns(plan)} FROM ({rows}) ORDER BY bucket"
    read = write_parquet(connection, kept, staged, TEXT if with_text else STAGED)
    counts = connection.execute(
        f"SELECT rule, count(*) FROM read_parquet({_sql.text(str(staged))}) WHERE rule > 0 GROUP BY rule ORDER BY rule"
    ).fetchall()
    rejected = {RULES[code - 1].name: int(count) for code, count in counts}
    if rejected:
        refused = f"SELECT line FROM read_parquet({_sql.text(str(staged))}) WHERE rule > 0"
        rows = typed(plan, _sql.text(str(bronze)), part.first_line, part.quotes, refused)
        names = shown_value()
        named = f"SELECT * REPLACE ({names['rule']} AS rule), {names['field']} AS field FROM ({rows})"
        shown = f"SELECT {source}, line, rule, field, {refused_value(plan)} AS value, raw FROM ({named}) ORDER BY line"
        write_parquet(connection, shown, rejects, TEXT)
    return Staged(read, rejected)
