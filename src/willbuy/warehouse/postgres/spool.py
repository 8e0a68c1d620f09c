"""From the server to the desk: a query's rows, streamed into a local file that DuckDB reads with the types they had."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError
from willbuy.warehouse.postgres.copying import copy_out

if TYPE_CHECKING:
    import pandas as pd
    import psycopg

    from willbuy.warehouse.duckdb import DuckDBWarehouse
    from willbuy.warehouse.postgres.gold import Gold
    from willbuy.warehouse.postgres.working import Working

TYPES = {
    "boolean": "BOOLEAN",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double precision": "DOUBLE",
    "text": "VARCHAR",
    "character varying": "VARCHAR",
    "timestamp without time zone": "TIMESTAMP",
}
"""The type of a column at the server -> at the desk."""

_BACK = {
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
}
_PIECE = 1 << 20
_NUMBERS = itertools.count()


class Spool:
    """Files between the server and the desk, in the folder of what may be deleted whenever nothing runs.

    Rows travel as CSV: a double as the shortest text that reads back to the same bits, null as nothing, an empty text
    as "". One row at a time is in memory, however many there are.
    """

    def __init__(self, desk: "DuckDBWarehouse", home: Path | None) -> None:
        self.desk = desk
        self.folder = Path(tempfile.gettempdir()) if home is None else home / "tmp"

    @contextmanager
    def of(
        self, connection: "psycopg.Connection[Any]", sql: str, gold: "Gold | None" = None
    ) -> Iterator[str]:
        """A FROM item of the desk's with a query's rows, in their order; it stands while the context lasts.

        With `gold` the rows are added to it on their way.
        """
        kinds = kinds_of(connection, sql)
        if gold is not None:
            sql = gold.adding(connection, sql, kinds)
            kinds = gold.columns
        file = self.file()
        try:
            with file.open("wb") as target:
                copy_out(connection, f"COPY ({sql}) TO STDOUT (FORMAT csv)", target)
            yield self._reading(file, kinds)
        finally:
            file.unlink(missing_ok=True)

    def put(
        self, connection: "psycopg.Connection[Any]", name: str, frame: "pd.DataFrame", working: "Working"
    ) -> None:
        """Make a working table from a data frame."""
        file, desk = self.file(), self.desk.beside()
        try:
            desk.connection.register("willbuy_put", frame)
            described = desk.rows("DESCRIBE SELECT * FROM willbuy_put")
            desk.execute(f"COPY willbuy_put TO {desk.dialect.text(str(file))} (FORMAT csv, HEADER false)")
            working.drop(connection, [name])
            quote = desk.dialect.identifier
            columns = ", ".join(f"{quote(column)} {_BACK[kind]}" for column, kind, *_ in described)
            working.known(connection, name, f"CREATE UNLOGGED TABLE {working.place(name)} ({columns})")
            with (
                file.open("rb") as source,
                connection.cursor() as cursor,
                cursor.copy(f"COPY {working.place(name)} FROM STDIN (FORMAT csv)") as rows,
            ):
                while piece := source.read(_PIECE):
                    rows.write(piece)
            working.measure(connection, name)
        finally:
            desk.close()
            file.unlink(missing_ok=True)

    def _reading(self, file: Path, kinds: dict[str, str]) -> str:
        text = self.desk.dialect.text
        listed = ", ".join(f"{text(name)}: {text(TYPES[kind])}" for name, kind in kinds.items())
        return (
            f"read_csv({text(str(file))}, columns = {{{listed}}}, auto_detect = false, header = false, delim = ',', "
            "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false)"
        )

    def file(self, suffix: str = ".csv") -> Path:
        """The path of a new file, for whoever deletes it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"spool-{os.getpid()}-{next(_NUMBERS)}{suffix}"


def kinds_of(connection: "psycopg.Connection[Any]", sql: str) -> dict[str, str]:
    """The columns of a query with their types, as PostgreSQL names them. Raises WillbuyError for one the desk has not."""
    described = connection.execute(f"SELECT * FROM (\n{sql}\n) q LIMIT 0").description or []
    kinds = {column.name: connection.adapters.types[column.type_code].regtype for column in described}
    for name, kind in kinds.items():
        if kind not in TYPES:
            raise WillbuyError(
                f"column {name!r} comes from PostgreSQL as {kind}: cast it to one of {', '.join(TYPES)}"
            )
    return kinds
