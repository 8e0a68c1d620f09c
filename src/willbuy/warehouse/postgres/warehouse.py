"""PostgreSQL as the warehouse: tables in a schema of a server, features computed there, results streamed to local files."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg

from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.engine import Warehouse
from willbuy.warehouse.postgres.dialect import PostgresDialect
from willbuy.warehouse.postgres.explaining import explain_server
from willbuy.warehouse.postgres.gold import NAME as GOLD
from willbuy.warehouse.postgres.gold import Gold
from willbuy.warehouse.postgres.memory import Memory
from willbuy.warehouse.postgres.readers import read_along
from willbuy.warehouse.postgres.spool import Spool
from willbuy.warehouse.postgres.working import Working

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
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
    parts_a_moment = False  # each group would pass over all of the events

    def __init__(
        self,
        connect: Callable[[], Connection],
        schema: str,
        home: Path | None,
        memory: str = "1500MB",
        threads: int | None = None,
        shown: Mapping[str, str] | None = None,
        state: str = "",
    ) -> None:
        self.connect = connect
        self.schema = schema
        self.home = home
        self.shown = shown or {}
        self.state = state
        self.memory = Memory(state)
        self.workers = threads or min(WORKERS, os.cpu_count() or 1)
        self.alone = True  # whether no other of our connections works at the same time
        self.connection = self._connected()
        read_along(self.connection)
        self.working = Working(self.connection)
        self._desk = DuckDBWarehouse(home, memory, threads)
        self._at_desk: dict[str, Path] = {}
        self.spool = Spool(self._desk, home)
        self.golden: Gold | None = None  # where snapshots go besides, see `gold`

    @property
    def desk(self) -> DuckDBWarehouse:
        """DuckDB on this machine."""
        return self._desk

    def at_desk(self, table: str) -> DuckDBWarehouse:
        """The desk with a view of a table's rows, which are fetched when they are first asked for."""
        if table not in self._at_desk:
            name = self.dialect.identifier(table)
            path = self.spool.file(".parquet")
            self.to_parquet(f"SELECT * FROM {name}", path, soon=True)
            self._desk.execute(f"CREATE VIEW {name} AS SELECT * FROM {self._desk.parquet([path])}")
            self._at_desk[table] = path
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
        self._stream(sql, path, soon)

    def snapshots_to_parquet(self, sql: str, path: Path) -> None:
        self._stream(sql, path, True, self.golden)

    @contextmanager
    def gold(self) -> Iterator[None]:
        """The snapshots that are written meanwhile become the table `snapshots`, once all of them are there."""
        self.golden = Gold(self.working)
        try:
            yield
            with explain_server():
                self.golden.publish(self.connection)
        finally:
            self.golden = None
            self.drop(GOLD)

    def _stream(self, sql: str, path: Path, soon: bool, gold: Gold | None = None) -> None:
        with explain_server(), self.spool.of(self.connection, sql, gold) as source:
            desk = self._desk.beside()
            try:
                desk.to_parquet(f"SELECT * FROM {source}", path, soon=soon)
            finally:
                desk.close()

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """What `ask` finds out about the events; kept in the schema, and used while its sources are the same."""
        if not self.state:
            return ask()
        with explain_server():
            found: T | None = self.memory.recall(self.connection, name)
        if found is None:
            found = ask()
            with explain_server():
                self.memory.keep(self.connection, name, found)
        return found

    def group_size(self, usual: int) -> int:
        """Any size: the server bounds the memory of its queries by itself, and every group has to pass over all events."""
        return sys.maxsize

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
            self._desk.close()
            for path in self._at_desk.values():
                path.unlink(missing_ok=True)
            self.working.close()
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
