"""DuckDB over Parquet files: the embedded engine. Files are the record; this connection can always be rebuilt."""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb

from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.engine import Warehouse

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

_KEPT = "COMPRESSION zstd"
_SOON = "PARQUET_VERSION v2, COMPRESSION snappy, ROW_GROUP_SIZE 20480, DICTIONARY_SIZE_LIMIT 1"
# Version 2 packs whole numbers by their differences, which is quicker than a dictionary and smaller. Without snappy
# writing 41 columns took as long and twice the disk; 17 columns of counts took a tenth less time and half as much disk more.


class DuckDBDialect(Dialect):
    """How DuckDB differs from standard SQL."""

    name = "duckdb"
    double = "DOUBLE"

    def microseconds(self, moment: str) -> str:
        return f"epoch_us({moment})"

    def md5_number(self, text: str) -> str:
        return f"md5_number_lower({text})"

    def earlier(self, moment: str, microseconds: int) -> str:
        return f"({moment} - to_microseconds({microseconds}))"

    def whole(self, top: str, bottom: int) -> str:
        return f"({top} // {bottom})"


_NUMBERS = itertools.count()


_MOST_AGAIN = 20  # files that may be replaced under one query


def _mark(file: Path) -> tuple[int, int]:
    """The system's number of a file, and when it was written: others, once it is replaced; zeros where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


class DuckDBWarehouse(Warehouse):
    """One connection with the shop's tables as views: `events`, `entities`, `items`, `events_raw`, `rejected`.

    `home` is the folder of the shop's state; None keeps everything in memory (tests, small frames).
    """

    dialect = DuckDBDialect()

    def __init__(self, home: Path | None, memory: str = "1500MB", threads: int | None = None) -> None:
        self.home = home
        self.state = ""  # the files behind the tables: another text where they are others
        self.connection = duckdb.connect()
        self.connection.execute("SET enable_progress_bar = false")  # it would write into standard output
        self.event_files: dict[
            int, Path
        ] = {}  # the file of each bucket of entities, where events lie in files
        self.event_columns = "*"  # what makes such a file's rows those of the view `events`
        self.answers: dict[str, Any] = {}  # see `once`
        self._files: dict[Path, tuple[int, int]] = {}  # see `watch`
        self.connection.execute(f"SET memory_limit = {self.dialect.text(memory)}")
        self.connection.execute("SET TimeZone = 'UTC'")
        if threads:
            self.connection.execute(f"SET threads = {threads}")
        if home is not None:
            temporary = home / "tmp" / f"engine-{os.getpid()}-{next(_NUMBERS)}"  # engines may not share one
            self.connection.execute(f"SET temp_directory = {self.dialect.text(str(temporary))}")

    def watch(self, files: Iterable[Path]) -> None:
        """Name the files that another process may replace while they are read: erasing a visitor does."""
        self._files = {file: _mark(file) for file in files}

    @property
    def desk(self) -> "DuckDBWarehouse":
        """Itself: it lies on this machine."""
        return self

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        self._asked(lambda: self.connection.execute(sql, list(parameters)).fetchall())

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and fetch every row."""
        return self._asked(lambda: self.connection.execute(sql, list(parameters)).fetchall())

    def chunks(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query and yield its rows, `size` at once."""
        reader = self.connection.execute(sql)
        while rows := reader.fetchmany(size):
            yield rows

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        """Run a query and fetch a data frame."""
        return self._asked(lambda: self.connection.execute(sql, list(parameters)).df())

    def put(self, name: str, frame: "pd.DataFrame") -> None:
        """Make a working table from a data frame, in place of one of the same name."""
        self.connection.register("willbuy_put", frame)
        try:
            self.make(name, "SELECT * FROM willbuy_put")
        finally:
            self.connection.unregister("willbuy_put")

    def _asked(self, ask: Callable[[], T]) -> T:
        """Ask; and again where a file was replaced while the query was on its way from the plan to the rows."""
        for _ in range(_MOST_AGAIN):
            try:
                return ask()
            except duckdb.Error:
                now = {file: _mark(file) for file in self._files}
                if now == self._files:
                    raise
                self._files = now
        return ask()

    def to_parquet(self, sql: str, path: Path, *, soon: bool = False) -> None:
        """Write a query's rows to one Parquet file: complete under its name, or not there.

        With `soon`, for rows that are read once and then deleted, writing takes half the time and some more disk.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        self.execute(
            f"COPY ({sql}) TO {self.dialect.text(str(partial))} (FORMAT parquet, {_SOON if soon else _KEPT})"
        )
        partial.replace(path)

    def export(self, sql: str, path: Path) -> None:
        """Write a query's rows to a file that a user named, .csv or .parquet: complete under its name, or not there."""
        form = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
        partial = path.with_name(path.name + ".partial")
        try:
            self.execute(f"COPY ({sql}) TO {self.dialect.text(str(partial))} ({form})")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def parquet(self, paths: Sequence[Path]) -> str:
        """A FROM item that reads Parquet files of one shape."""
        listed = ", ".join(self.dialect.text(str(path)) for path in paths)
        return f"read_parquet([{listed}], hive_partitioning = false)"

    def events_of(self, buckets: Sequence[int]) -> str:
        """A FROM item with the events of the entities of some buckets (`entity_key % BUCKETS`).

        Where events lie in files only the buckets' own are read: a condition on the key would read all of them.
        """
        files = [self.event_files[bucket] for bucket in buckets if bucket in self.event_files]
        if files:
            return f"(SELECT {self.event_columns} FROM {self.parquet(files)})"
        return super().events_of(buckets)

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """What `ask` finds out about the events; remembered where they lie in files, which stay as they were opened."""
        if not self.event_files:
            return ask()
        if name not in self.answers:
            self.answers[name] = ask()
        answer: T = self.answers[name]
        return answer

    @contextmanager
    def side_by_side(self) -> Iterator[int]:
        """Let queries of several connections run at once, each in one thread; gives how many the engine may run.

        Together they take less processor time than one query in as many threads, which would have to share and
        combine what each thread has found.
        """
        [(threads,)] = self.rows("SELECT current_setting('threads')")
        self.execute("SET threads = 1")
        try:
            yield int(threads)
        finally:
            self.execute(f"SET threads = {threads}")

    def beside(self) -> Self:
        """Another connection to the same tables, for use by another thread."""
        other = copy(self)
        other.connection = self.connection.cursor()
        return other

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
