"""PostgreSQL as the warehouse: tables in a schema of a server, features computed there, results streamed to local files."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psycopg

from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.engine import Warehouse
from willbuy.warehouse.postgres.dialect import PostgresDialect
from willbuy.warehouse.postgres.explaining import explain_server
from willbuy.warehouse.postgres.spool import Spool
from willbuy.warehouse.postgres.working import Working

if TYPE_CHECKING:
    import pandas as pd

Connection = psycopg.Connection[Any]

WORKERS = 4
"""Connections that work at once, where the shop file does not say how many."""

SETTINGS = {
    "work_mem": "64MB",  # of each sort and each hash table; the server's own 4 MB would spill
    "jit": "off",  # our queries are many and short: compiling them takes longer than it saves
    "extra_float_digits": "1",  # a double's text that reads back to the same bits
    "IntervalStyle": "postgres",
}
"""What a session sets for itself. Any role may."""


class PostgresWarehouse(Warehouse):
    """A connection to a shop's schema: `connect` opens one more, with names looked up in that schema.

    `home` is the local folder of the shop's state: runs, and files on their way from the server to the desk. `shown`
    says of a table which of its rows this warehouse shows, as a condition.
    """

    dialect = PostgresDialect()

    def __init__(
        self,
        connect: Callable[[], Connection],
        schema: str,
        home: Path | None,
        memory: str = "1500MB",
        threads: int | None = None,
        shown: Mapping[str, str] | None = None,
    ) -> None:
        self.connect = connect
        self.schema = schema
        self.home = home
        self.shown = shown or {}
        self.workers = threads or min(WORKERS, os.cpu_count() or 1)
        self.alone = True  # whether no other of our connections works at the same time
        self.connection = self._connected()
        self.working = Working(self.connection)
        self._desk = DuckDBWarehouse(home, memory, threads)
        self._desk.named_rows = True
        self.spool = Spool(self._desk, home)

    @property
    def desk(self) -> DuckDBWarehouse:
        """DuckDB on this machine. Rows that come to it carry the text of their entity."""
        return self._desk

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with explain_server():
            self._run(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with explain_server():
            return self._run(sql, parameters).fetchall()

    def chunks(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        with (
            explain_server(),
            self.connection.transaction(),
            self.connection.cursor(name="willbuy_chunks") as reader,
        ):
            reader.execute(sql)
            while rows := reader.fetchmany(size):
                yield rows

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        if parameters:
            raise ValueError("a frame's query takes no parameters: it is streamed")
        with explain_server(), self.spool.of(self.connection, sql) as source:
            return self._desk.frame(f"SELECT * FROM {source}")

    def make(self, name: str, sql: str, *, once: bool = False) -> None:
        """Make a working table; where one query will read it, a view does, and that query is planned as a whole."""
        with explain_server():
            if once:
                self.working.view(self.connection, name, sql)
            else:
                self.working.make(self.connection, name, sql)

    def put(self, name: str, frame: "pd.DataFrame") -> None:
        with explain_server():
            self.spool.put(self.connection, name, frame, self.working)

    def drop(self, *names: str) -> None:
        with explain_server():
            self.working.drop(self.connection, names)

    def to_parquet(self, sql: str, path: Path, *, soon: bool = False) -> None:
        with explain_server(), self.spool.of(self.connection, sql) as source:
            desk = self._desk.beside()
            try:
                desk.to_parquet(f"SELECT * FROM {source}", path, soon=soon)
            finally:
                desk.close()

    def for_desk(self, sql: str) -> str:
        """The rows of a query with the text of their entity, which the desk has no table of."""
        return (
            f'SELECT q.*, n."entity" FROM (\n{sql}\n) q JOIN "entities" n ON n."entity_key" = q."entity_key"'
        )

    @contextmanager
    def side_by_side(self) -> Iterator[int]:
        """As many connections as the shop file allows, each of which asks for no parallel workers of the server."""
        self.alone = self.workers == 1
        try:
            yield self.workers
        finally:
            self.alone = True

    def beside(self) -> Self:
        other = copy(self)
        with explain_server():
            other.connection = self._connected()
            if not self.alone:
                other.connection.execute("SET max_parallel_workers_per_gather = 0")
            self.working.show(other.connection)
        return other

    def close(self) -> None:
        """Close the connection; with the first one, what was made with it goes."""
        if self.connection is self.working.owner:
            self.working.close()
            self._desk.close()
        self.connection.close()

    def _connected(self) -> Connection:
        connection = self.connect()
        for name, value in SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        connection.adapters.register_loader("numeric", _Number)
        for name, where in self.shown.items():
            view, schema = self.dialect.identifier(name), self.dialect.identifier(self.schema)
            connection.execute(f"CREATE TEMPORARY VIEW {view} AS SELECT * FROM {schema}.{view} WHERE {where}")
        return connection

    def _run(self, sql: str, parameters: Sequence[Any]) -> "psycopg.Cursor[Any]":
        if not parameters:
            return self.connection.execute(sql)
        return self.connection.execute(sql.replace("%", "%%").replace("?", "%s"), list(parameters))


class _Number(psycopg.adapt.Loader):
    """Decimals as Python's numbers: sums of whole numbers are whole."""

    def load(self, data: "psycopg.abc.Buffer") -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)
