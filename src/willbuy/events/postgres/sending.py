"""Rows of a local Parquet file on their way into a table of the server, by binary COPY: in bounded memory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from willbuy.events.postgres.binary_rows import HEAD, TAIL, Coded, binary_rows
from willbuy.events.postgres.months import name_of
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.postgres.tables import COLUMNS

if TYPE_CHECKING:
    import psycopg

ROWS = 1 << 16
"""Rows that are read at once: of a hundred bytes each, and of some thousand where ids are as long as they may be."""

BLOCK = 1 << 13
"""Rows that are laid out at once: few enough for a processor's cache."""

_MOMENTS = ("time", "received")
_sql = Dialect()


def send(
    connection: "psycopg.Connection[Any]",
    engine: duckdb.DuckDBPyConnection,
    path: Path,
    to: str,
    columns: Mapping[str, str],
    rows: range,
    coded: Mapping[str, Sequence[str]] = {},
) -> None:
    """Copy some rows of a file into a table whose columns are `columns`, with their types.

    A column that is `coded` is the file's `kind_code`, its text the one of that number.
    """
    given = [
        f"epoch_us({name}) AS {name}" if name in _MOMENTS else name for name in columns if name not in coded
    ]
    chosen = ", ".join([*given, *(["kind_code"] if coded else [])])
    named = ", ".join(_sql.identifier(name) for name in columns)
    source = f"read_parquet({_sql.text(str(path))}, file_row_number = true)"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_sql.identifier(to)} ({named}) FROM STDIN (FORMAT binary)".encode()) as copy,
    ):
        copy.write(HEAD)
        for first in range(rows.start, rows.stop, ROWS):
            last = min(first + ROWS, rows.stop) - 1
            found = engine.execute(
                f"SELECT {chosen} FROM {source} WHERE file_row_number BETWEEN {first} AND {last}"
            ).fetchnumpy()
            for start in range(0, last + 1 - first, BLOCK):
                copy.write(_block(columns, found, slice(start, start + BLOCK), coded))
        copy.write(TAIL)


def _block(
    columns: Mapping[str, str], found: Mapping[str, Any], rows: slice, coded: Mapping[str, Sequence[str]]
) -> bytes:
    return binary_rows(
        columns,
        {
            name: Coded(found["kind_code"][rows], coded[name]) if name in coded else found[name][rows]
            for name in columns
        },
    )


def send_table(
    connection: "psycopg.Connection[Any]", engine: duckdb.DuckDBPyConnection, path: Path, table: str, to: str
) -> None:
    """Copy a whole file into a table `to` that has the columns of one of the schema's."""
    columns = {name: COLUMNS[table][name] for name in _columns_of(engine, path)}
    [(rows,)] = engine.execute(f"SELECT count(*) FROM read_parquet({_sql.text(str(path))})").fetchall()
    send(connection, engine, path, to, columns, range(rows))


def send_events(
    connection: "psycopg.Connection[Any]",
    engine: duckdb.DuckDBPyConnection,
    path: Path,
    kind_names: Sequence[tuple[str, str]],
) -> None:
    """Copy a file of events, in order of their month, into the tables of the months.

    Where kinds stand in the file by their number, `kind_names` are the pairs (kind_name, kind) that they are numbers of.
    """
    found = [name for name in _columns_of(engine, path) if name != "kind_code"]
    columns = {
        name: kind for name, kind in COLUMNS["events"].items() if name in (*found, "kind", "kind_name")
    }
    coded = {"kind": [kind for _, kind in kind_names], "kind_name": [name for name, _ in kind_names]}
    if not kind_names:
        coded = {}
    months = engine.execute(
        "SELECT CAST(date_trunc('month', time) AS DATE) AS month, count(*) "
        f"FROM read_parquet({_sql.text(str(path))}) GROUP BY month ORDER BY month"
    ).fetchall()
    first = 0
    for month, rows in months:
        send(connection, engine, path, name_of(month), columns, range(first, first + rows), coded)
        first += rows


def _columns_of(engine: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    found = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({_sql.text(str(path))})").fetchall()
    return [str(name) for name, *_ in found]
