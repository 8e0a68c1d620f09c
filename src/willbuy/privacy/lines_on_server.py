"""Which lines of bronze on a PostgreSQL server are to be taken out: fetched in batches, and read by the engine of this machine."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from willbuy.events.postgres.delivering import bronze_table
from willbuy.events.typed import RowPlan, typed_rows
from willbuy.privacy.bronze import lines_before, lines_held, needle
from willbuy.warehouse.ledger import SourceRow
from willbuy.warehouse.postgres.ledger import PostgresLedger

if TYPE_CHECKING:
    import psycopg

_ROWS = 20_000
"""Lines in memory at once."""


def lines_of(
    connection: "psycopg.Connection[Any]",
    engine: duckdb.DuckDBPyConnection,
    row: SourceRow,
    plan: RowPlan,
    entity: str,
) -> Iterator[Sequence[int]]:
    """The lines of a source that are an entity's, in batches. Only those come here that have the id in their text at all."""
    said = 'STRPOS("raw", %s) > 0' + (" OR STRPOS(\"raw\", '\\') > 0" if plan.shape.is_json else "")
    where = f"\"fault\" IS DISTINCT FROM 'erased' AND ({said})"
    for rows in _fetched(connection, engine, row.source, where, [needle(entity)]):
        yield _lines(engine, f"SELECT line FROM ({lines_held(plan, entity, rows)}) ORDER BY line")


def lines_before_at(
    connection: "psycopg.Connection[Any]",
    engine: duckdb.DuckDBPyConnection,
    row: SourceRow,
    plan: RowPlan,
    limit: datetime,
) -> Iterator[Sequence[int]]:
    """The lines of a source whose event happened before a moment (naive UTC), in batches."""
    for part in PostgresLedger(connection).parts(row.source):
        where, span = '"line" >= %s AND "line" < %s', [part.first_line, part.first_line + part.lines]
        for rows in _fetched(connection, engine, row.source, where, span):
            yield _lines(engine, lines_before(typed_rows(plan, rows, part.quotes), limit))


def _fetched(
    connection: "psycopg.Connection[Any]",
    engine: duckdb.DuckDBPyConnection,
    source: int,
    where: str,
    values: Sequence[Any],
) -> Iterator[str]:
    """SQL for rows `(line, raw, fault)` of a source's bronze that lie at the engine: for one batch after the other."""
    sql = f'SELECT "line", "raw", "fault" FROM ONLY "{bronze_table(connection, source)}" WHERE "source" = %s AND {where}'
    with connection.cursor("willbuy_lines") as cursor:
        cursor.execute(sql.encode(), [source, *values])
        while rows := cursor.fetchmany(_ROWS):
            engine.execute(
                "CREATE OR REPLACE TEMP TABLE fetched AS SELECT unnest(CAST(? AS BIGINT[])) AS line, "
                "unnest(CAST(? AS VARCHAR[])) AS raw, unnest(CAST(? AS VARCHAR[])) AS fault",
                [[one[at] for one in rows] for at in range(3)],
            )
            yield "SELECT line, raw, fault FROM fetched"
    engine.execute("DROP TABLE IF EXISTS fetched")


def _lines(engine: duckdb.DuckDBPyConnection, sql: str) -> list[int]:
    return [int(line) for (line,) in engine.execute(sql).fetchall()]
