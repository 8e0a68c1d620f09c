"""Spark over Parquet files: the engine for logs that one machine does not hold."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.engine import Mapped, Warehouse
from willbuy.warehouse.spark.dialect import SparkDialect
from willbuy.warehouse.spark.faults import spark_faults
from willbuy.warehouse.spark.scratch import Scratch, parquet_files

if TYPE_CHECKING:
    import pandas as pd
    import xgboost
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")

_PLACE = "willbuy_place"


class SparkWarehouse(Warehouse):
    """A session with the shop's tables as temporary views.

    A working table is written to Parquet files in `scratch` when it is made: queries over it are planned from there and
    not from the log again, and what a dead worker had of it is read anew, not computed anew, so that numbers given to
    rows stay theirs. Spark parts its work by itself: entities are not worked on in groups.
    """

    dialect = SparkDialect()
    parts_itself = True
    parts_a_moment = False

    def __init__(
        self, session: "SparkSession", desk: DuckDBWarehouse, scratch: Scratch, home: Path | None = None
    ) -> None:
        self.session = session
        self.home = home
        self.answers: dict[str, Any] = {}  # see `once`
        self._desk = desk
        self._scratch = scratch
        self._made: dict[str, Path] = {}  # working table -> where its files lie
        self._first = True  # whether the working tables go with it

    @property
    def desk(self) -> DuckDBWarehouse:
        return self._desk

    def show(self, name: str, rows: "DataFrame") -> None:
        """Show rows, computed each time they are read, as a table."""
        rows.createOrReplaceTempView(name)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self.rows(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with spark_faults("Spark broke off in a query"):
            return [tuple(row) for row in self._query(sql, parameters).collect()]

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        """Run a query and fetch a data frame, of the types that the desk gives."""
        with self._written(self._query(sql, parameters)) as files:
            return self.desk.frame(f"SELECT * FROM {self.desk.parquet(files)}")

    def chunks(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        with self._written(self._query(sql)) as files:
            yield from self.desk.chunks(f"SELECT * FROM {self.desk.parquet(files)}", size)

    def make(self, name: str, sql: str, *, once: bool = False) -> None:
        """Make a working table from a query: computed once, and read from files by whatever asks for it.

        With `once` it is left at the query.
        """
        if once:
            self.drop(name)
            self._query(sql).createOrReplaceTempView(name)
            return
        self._make(name, self._query(sql))

    def put(self, name: str, frame: "pd.DataFrame") -> None:
        import pyarrow as pa

        self._make(name, self.session.createDataFrame(pa.Table.from_pandas(frame, preserve_index=False)))

    def drop(self, *names: str) -> None:
        for name in names:
            self.session.catalog.dropTempView(name)
            if name in self._made:
                self._scratch.remove(self._made.pop(name))

    def to_parquet(self, sql: str, path: Path, *, soon: bool = False) -> None:
        with self._written(self._query(sql)) as files:
            if len(files) == 1:
                _move(files[0], path)
            else:
                self.desk.to_parquet(f"SELECT * FROM {self.desk.parquet(files)}", path, soon=soon)

    def to_parquets(self, sql: str, place: str, paths: Sequence[Path]) -> None:
        """Write the rows in one job, those of each path to files of about the size that Spark is told to aim for."""
        parted = f'SELECT /*+ REBALANCE({_PLACE}) */ q.*, {place} AS "{_PLACE}" FROM (\n{sql}\n) q'
        rows = self._query(parted)
        with self._written(rows, by=_PLACE) as files:
            for number, path in enumerate(paths):
                own = [file for file in files if file.parent.name == f"{_PLACE}={number}"]
                for part, file in enumerate(own):
                    _move(file, path.with_stem(f"{path.stem}-{part:05}"))
        missing = [path for path in paths if not path.parent.exists()]
        for path in missing[:1]:
            self.to_parquet(f"SELECT q.* FROM (\n{sql}\n) q LIMIT 0", path)
        for path in missing[1:]:
            path.parent.mkdir(parents=True)
            shutil.copy(missing[0], path)

    def map_to_files(self, sql: str, work: Mapped, types: Mapping[str, str], folder: Path) -> list[Path]:
        def worked(frames: Iterable["pd.DataFrame"]) -> Iterator["pd.DataFrame"]:
            yield from map(work, frames)

        named = {"VARCHAR": self.dialect.string}
        schema = ", ".join(f"`{name}` {named.get(kind, kind)}" for name, kind in types.items())
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        with self._written(self._query(sql).mapInPandas(worked, schema)) as files:
            for number, file in enumerate(files):
                _move(file, partial / f"part-{number:05}.parquet")
        partial.replace(folder)
        return parquet_files(folder)

    def grow_trees(
        self,
        files: Sequence[Path],
        columns: Sequence[str],
        label: str,
        parameters: Mapping[str, Any],
        rounds: int,
    ) -> "xgboost.Booster":
        from willbuy.warehouse.spark.trees import grow_trees

        return grow_trees(self.session, files, columns, label, parameters, rounds)

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """What `ask` finds out about the events; remembered for a shop's tables, which stay as they were opened."""
        if not self.state:
            return ask()
        if name not in self.answers:
            self.answers[name] = ask()
        answer: T = self.answers[name]
        return answer

    def group_size(self, usual: int) -> int:
        """All of them: Spark parts what does not fit by itself."""
        return sys.maxsize

    @contextmanager
    def side_by_side(self) -> Iterator[int]:
        """One query at a time: each takes all of the workers."""
        yield 1

    def beside(self) -> Self:
        """The same session, which any thread may use; the desk on a connection of its own."""
        other = copy(self)
        other._desk, other._first = self._desk.beside(), False
        return other

    def close(self) -> None:
        """Remove the working tables. Spark itself goes on until the process ends."""
        if self._first:
            self.drop(*self._made)
            self._scratch.close()
        self._desk.close()

    def _query(self, sql: str, parameters: Sequence[Any] = ()) -> "DataFrame":
        with spark_faults("Spark refused a query"):
            return self.session.sql(sql, args=list(parameters)) if parameters else self.session.sql(sql)

    def _make(self, name: str, rows: "DataFrame") -> None:
        place = self._scratch.new(name)
        try:
            with spark_faults(f"Spark broke off while it made the table {name}"):
                rows.write.option("compression", "snappy").parquet(str(place))
                made = self.session.read.schema(rows.schema).parquet(str(place))
        except BaseException:
            self._scratch.remove(place)
            raise
        self.drop(name)
        made.createOrReplaceTempView(name)
        self._made[name] = place

    @contextmanager
    def _written(self, rows: "DataFrame", by: str | None = None) -> Iterator[list[Path]]:
        """The rows as Parquet files, in order, parted by a column where one is named; gone at the end."""
        place = self._scratch.new("rows")
        try:
            with spark_faults("Spark broke off while it wrote a result"):
                rows.write.parquet(str(place), partitionBy=by)
                files = parquet_files(place)
            yield files
        finally:
            self._scratch.remove(place)


def _move(file: Path, path: Path) -> None:
    """Move a file to its place: complete under its name, or not there."""
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file, partial)
    partial.replace(path)
