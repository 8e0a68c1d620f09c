"""Bringing a finished part to the server by COPY, in one transaction with its row in the ledger; and fetching one back."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from willbuy.events.parquet import PASSING, write_parquet
from willbuy.events.postgres.server import IngestServer
from willbuy.events.workbench import Workbench
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.ledger import Part
from willbuy.warehouse.postgres.ledger import bronze_of

if TYPE_CHECKING:
    import psycopg

_sql = Dialect()
_CHUNK = 1 << 18
_MOMENTS = ("time", "received")


def deliver(server: IngestServer, bench: Workbench, part: Part, *, fresh: bool, typed: bool) -> Part:
    """Copy a part's refused rows, with `typed` the others too, and with `fresh` its bronze; remove the local files of these."""
    home, engine, connection = bench.layout.home, bench.connection, server.connection
    staged = f"read_parquet({_sql.text(str(home / str(part.staged)))})"
    with connection.transaction():
        if fresh:
            copy_query(bench, connection, bronze_of(part.source), _BRONZE, _bronze_rows(home, part))
            connection.execute(_ADD_PART, [
                part.source, part.part, part.digest, part.first_line, part.lines, part.quotes, part.read,
                json.dumps(part.rejected),
            ])  # fmt: skip
        if typed:
            columns = dict(_staged_columns(engine, staged))
            rows = f"SELECT {', '.join(columns.values())} FROM {staged} WHERE rule = 0"
            copy_query(bench, connection, "staged", tuple(columns), rows)
        if part.rejects:
            copy_query(bench, connection, "staged_rejected", _REJECTED, _rejected_rows(home / part.rejects))
        months = f"SELECT DISTINCT CAST(date_trunc('month', time) AS DATE) FROM {staged} WHERE rule = 0"
        found = [month for (month,) in engine.execute(months).fetchall()]
        values = [part.source, part.part, bench.settings, part.read, json.dumps(part.rejected), found]
        connection.execute(_ADD_STAGED, values)
    for file in (part.bronze, part.staged if typed else None, part.rejects):
        (home / str(file)).unlink(missing_ok=True)
    return replace(part, bronze="", staged=None if typed else part.staged, rejects=None)


_BRONZE = ("source", "line", "raw", "fault")
_REJECTED = ("source", "line", "rule", "field", "value", "raw")
_ADD_PART = (
    'INSERT INTO "parts" ("source", "part", "digest", "first_line", "lines", "quotes", "read", "rejected") '
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_ADD_STAGED = (
    'INSERT INTO "staged_parts" ("source", "part", "settings", "read", "rejected", "months") '
    "VALUES (%s, %s, %s, %s, %s, %s)"
)


def fetch(server: IngestServer, bench: Workbench, part: Part) -> Part:
    """Bring a part's bronze back into a local file, as it was written when the part was read."""
    table = bronze_table(server.connection, part.source)
    rows = server.connection.execute(
        f'SELECT "line", "raw", "fault" FROM "{table}" WHERE "source" = %s AND "line" >= %s AND "line" < %s ORDER BY "line"',
        [part.source, part.first_line, part.first_line + part.lines],
    ).fetchall()
    lines, raw, fault = ([row[at] for row in rows] for at in range(3))
    engine = bench.connection
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE fetched AS SELECT unnest(CAST(? AS BIGINT[])) AS line, "
        "unnest(CAST(? AS VARCHAR[])) AS raw, unnest(CAST(? AS VARCHAR[])) AS fault",
        [lines, raw, fault],
    )
    file = bench.layout.bronze(part.source) / f"part-{part.part:05d}.parquet"
    every = f"SELECT unnest(range({part.first_line}, {part.first_line + part.lines})) AS line"
    write_parquet(
        engine,
        f"SELECT raw, fault FROM ({every}) LEFT JOIN fetched USING (line) ORDER BY line",
        file,
        PASSING,
    )
    return replace(part, bronze=file.relative_to(bench.layout.home).as_posix())


def bronze_table(connection: "psycopg.Connection[Any]", source: int) -> str:
    """The table to read a source's bronze from: its own where it has one."""
    own = bronze_of(source)
    found = connection.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = %s", [own]
    )
    return own if found.fetchone() else "events_raw"


def _bronze_rows(home: Path, part: Part) -> str:
    file = f"read_parquet({_sql.text(str(home / part.bronze))}, file_row_number = true)"
    line = f"file_row_number + {part.first_line}"
    return f"SELECT {part.source}, {line}, raw, fault FROM {file} WHERE raw IS NOT NULL"


def _rejected_rows(file: Path) -> str:
    """PostgreSQL's texts hold no NUL; a price or a time may, where JSON says so."""
    shown = ", ".join(
        f"replace({name}, chr(0), '\\x00')" if name in ("value", "raw") else name for name in _REJECTED
    )
    return f"SELECT {shown} FROM read_parquet({_sql.text(str(file))})"


def _staged_columns(engine: duckdb.DuckDBPyConnection, staged: str) -> Iterator[tuple[str, str]]:
    """The columns of a staged file but the rule, as they are copied: moments as whole microseconds since 1970."""
    for name, *_ in engine.execute(f"DESCRIBE SELECT * FROM {staged}").fetchall():
        if name != "rule":
            yield name, f"epoch_us({name})" if name in _MOMENTS else name


def copy_query(
    bench: Workbench,
    connection: "psycopg.Connection[Any]",
    table: str,
    columns: tuple[str, ...],
    rows: str,
) -> None:
    """COPY what the local engine's query gives, by a file of text on the way: in bounded memory."""
    named = ", ".join(_sql.identifier(name) for name in columns)
    sql = f"COPY {_sql.identifier(table)} ({named}) FROM STDIN (FORMAT csv)"
    with (
        _as_text(bench, rows, f"copy-{threading.get_ident()}.csv") as path,
        connection.cursor() as cursor,
        path.open("rb") as file,
        cursor.copy(sql.encode()) as copy,
    ):
        while chunk := file.read(_CHUNK):
            copy.write(chunk)


@contextmanager
def _as_text(bench: Workbench, rows: str, name: str) -> Iterator[Path]:
    path = bench.layout.temporary / name
    try:
        bench.connection.execute(f"COPY ({rows}) TO {_sql.text(str(path))} (FORMAT csv, HEADER false)")
        yield path
    finally:
        path.unlink(missing_ok=True)
