"""Taking lines out of bronze: they lose their text and bear the word `erased` or `expired`; others keep text and number."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from willbuy.events.fields import RawShape
from willbuy.events.live_source import plan_of
from willbuy.events.parquet import TEXT, write_parquet
from willbuy.events.presets import ResolvedSource
from willbuy.events.typed import RowPlan, row_conditions, split, texts, typed
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.ledger import Part, SourceRow

_sql = Dialect()
MOST_FILES = 64
"""Parts that one query reads: their names stand in it."""


def erase_from_parts(
    engine: duckdb.DuckDBPyConnection,
    home: Path,
    source: ResolvedSource,
    row: SourceRow,
    parts: Sequence[Part],
    entity: str,
) -> int:
    """Erase an entity's lines from the parts of one source; return how many there were."""
    plan = plan_of(source, row)
    found = _lines_of(engine, home, plan, parts, entity)
    for file, numbers in found.items():
        _rewrite(engine, file, plan.shape, numbers, "erased")
    return sum(map(len, found.values()))


def expire_from_part(
    engine: duckdb.DuckDBPyConnection,
    home: Path,
    source: ResolvedSource,
    row: SourceRow,
    part: Part,
    limit: datetime,
) -> int:
    """Take the lines whose event happened before a moment (naive UTC) out of a part; return how many there were."""
    plan = plan_of(source, row)
    file = home / part.bronze
    sql = lines_before(typed(plan, _sql.text(str(file)), 0, part.quotes), limit)
    numbers = [int(number) for (number,) in engine.execute(sql).fetchall()]
    if numbers:
        _rewrite(engine, file, plan.shape, numbers, "expired")
    return len(numbers)


def _lines_of(
    engine: duckdb.DuckDBPyConnection, home: Path, plan: RowPlan, parts: Sequence[Part], entity: str
) -> Mapping[Path, list[int]]:
    """The row numbers (from 0) of an entity's lines in each part's file that holds any."""
    found: dict[Path, list[int]] = {}
    for some in _batches([home / part.bronze for part in parts]):
        files = ", ".join(_sql.text(str(path)) for path in some)
        rows = f"read_parquet([{files}], filename = true, file_row_number = true)"
        held = lines_held(plan, entity, f"SELECT * FROM {rows} WHERE {_may_hold(plan.shape, entity)}")
        sql = f"SELECT filename, file_row_number FROM ({held}) ORDER BY ALL"
        for name, number in engine.execute(sql).fetchall():
            found.setdefault(Path(name), []).append(number)
    return found


def lines_held(plan: RowPlan, entity: str, rows: str) -> str:
    """SQL: those of some rows of bronze (SQL with `raw` and `fault`) that are an entity's."""
    for layer in (split(plan, True), texts(plan, True)):
        rows = f"SELECT *, {', '.join(f'{text} AS {name}' for name, text in layer.items())} FROM ({rows})"
    return f"SELECT * FROM ({rows}) WHERE {_holds(plan, entity)}"


def lines_before(rows: str, limit: datetime) -> str:
    """SQL: the lines of some typed rows of bronze (SQL) whose event happened before a moment, but those that are gone already."""
    return f"SELECT line FROM ({rows}) WHERE fault IS DISTINCT FROM 'expired' AND time < {_sql.timestamp(limit)} ORDER BY line"


def nothing_left(shape: RawShape) -> str:
    """What stands in the place of a text that was taken out."""
    return "{}" if shape.is_json else ""


def needle(entity: str) -> str:
    """What stands in any row of an entity, however its id is written: with quotes doubled (CSV), or without escapes (JSON)."""
    return max(entity.split('"'), key=len)


def _batches(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    return (paths[at : at + MOST_FILES] for at in range(0, len(paths), MOST_FILES))


def _may_hold(shape: RawShape, entity: str) -> str:
    """SQL over `raw`: quick to find false. An id may be written with escapes (JSON)."""
    there = "fault IS DISTINCT FROM 'erased' AND raw IS NOT NULL"
    said = f"contains(raw, {_sql.text(needle(entity))})"
    return f"{there} AND ({said} OR contains(raw, '\\'))" if shape.is_json else f"{there} AND {said}"


def _holds(plan: RowPlan, entity: str) -> str:
    """SQL: the row is of the entity; or it was refused as a whole, none knows whose it is, and the id stands in it."""
    broken = " OR ".join(f"({condition})" for _, condition in row_conditions(plan)) or "false"
    said = f"regexp_matches(raw, {_sql.text(_as_a_word(entity))})"
    return f"entity_text = {_sql.text(entity)} OR (fault IS NOT NULL OR {broken}) AND {said}"


def _as_a_word(entity: str) -> str:
    """A pattern that finds an id, and `12` not in `312`."""
    before = r"(^|[^\p{L}\p{N}_])" if entity[:1].isalnum() else ""
    after = r"($|[^\p{L}\p{N}_])" if entity[-1:].isalnum() else ""
    return before + re.escape(entity) + after


def _rewrite(
    engine: duckdb.DuckDBPyConnection, file: Path, shape: RawShape, numbers: Sequence[int], fault: str
) -> None:
    """Write a part's file again without the text of some rows, which get this fault, and put it in the old one's place."""
    nothing = _sql.text(nothing_left(shape))
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE gone AS SELECT unnest(?::BIGINT[]) AS number", [list(numbers)]
    )
    gone = "file_row_number IN (SELECT number FROM gone)"
    rows = f"read_parquet({_sql.text(str(file))}, file_row_number = true)"
    sql = f"SELECT CASE WHEN {gone} THEN {nothing} ELSE raw END AS raw, CASE WHEN {gone} THEN '{fault}' ELSE fault END AS fault"
    write_parquet(engine, f"{sql} FROM {rows}", file, TEXT)
