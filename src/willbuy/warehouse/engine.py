"""What an engine must do for us: hold the shop's tables, run standard SQL over them, and hand results over as files."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    import pandas as pd
    import xgboost

    from willbuy.warehouse.duckdb import DuckDBWarehouse

T = TypeVar("T")
Mapped = Callable[["pd.DataFrame"], "pd.DataFrame"]


class Warehouse(ABC):
    """A connection to the tables of a shop: `events`, `entities`, `items`, `events_raw`, `rejected`, `sources`.

    What an engine computes leaves it as a local Parquet file. Such files are read at the `desk`, a DuckDB on this
    machine, whatever the engine is; so what comes after the snapshots knows nothing of engines.

    `home` is the folder of the shop's state, None for tables in memory. `state` is a text that is another one as soon
    as the tables hold something else.
    """

    dialect: Dialect
    home: Path | None
    state: str = ""
    parts_itself: bool = (
        False  # whether one query over all entities and anchors does better than many small ones
    )
    parts_a_moment: bool = (
        True  # whether the features of one moment are had quicker group by group than at once
    )

    @property
    @abstractmethod
    def desk(self) -> "DuckDBWarehouse":
        """The engine of this machine, for local files."""

    def snapshots_to_parquet(self, sql: str, path: Path) -> None:
        """Write a query's snapshots to one local Parquet file that is soon read; inside `gold()` they are kept as well."""
        self.to_parquet(sql, path, soon=True)

    def gold(self) -> AbstractContextManager[None]:
        """The snapshots that are written meanwhile are those to keep, where an engine keeps any: all, or none of them."""
        return nullcontext()

    def at_desk(self, table: str) -> "DuckDBWarehouse":
        """The desk, where a table of the shop can be read too: fetched there once, where it lies elsewhere."""
        return self.desk

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and fetch every row: integers, floats, texts, naive datetimes, booleans and None."""

    @abstractmethod
    def chunks(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query and yield its rows as they come, `size` at once: for results that are too many for memory."""

    @abstractmethod
    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        """Run a query and fetch a data frame."""

    def make(self, name: str, sql: str, *, once: bool = False) -> None:
        """Make a working table from a query, in place of one of the same name.

        With `once` a single query of this connection will read it: an engine may leave it at the query.
        """
        self.drop(name)
        self.execute(f"CREATE TABLE {self.dialect.identifier(name)} AS\n{sql}")

    @abstractmethod
    def put(self, name: str, frame: "pd.DataFrame") -> None:
        """Make a working table from a data frame (integers, floats, texts, moments), in place of one of the same name."""

    def drop(self, *names: str) -> None:
        """Drop working tables, where they exist."""
        for name in names:
            self.execute(f"DROP TABLE IF EXISTS {self.dialect.identifier(name)}")

    def has_rows(self, name: str) -> bool:
        """Whether a table has any row."""
        return bool(self.rows(f"SELECT 1 FROM {self.dialect.identifier(name)} LIMIT 1"))

    @abstractmethod
    def to_parquet(self, sql: str, path: Path, *, soon: bool = False) -> None:
        """Write a query's rows to one local Parquet file: complete under its name, or not there.

        With `soon`, for rows that are read once and then deleted, speed counts for more than size.
        """

    def to_parquets(self, sql: str, place: str, paths: Sequence[Path]) -> None:
        """Write a query's rows `q` to local Parquet files: row by row to that of the paths at its `place`, an SQL expression.

        An engine may part what goes to a path: then its files have names that begin like the path's.
        """
        for number, path in enumerate(paths):
            self.to_parquet(f"SELECT q.* FROM (\n{sql}\n) q WHERE {place} = {number}", path, soon=True)

    def map_to_files(self, sql: str, work: "Mapped", types: Mapping[str, str], folder: Path) -> list[Path]:
        """Let the engine's workers do some Python work on a query's rows, and write what it gives to local Parquet files.

        `work` takes a data frame of some of the rows and gives one with the columns of `types`, which are standard SQL.
        The files come into `folder`, a new one, in the order of the query; it is complete, or not there. For an engine
        that `parts_itself`.
        """
        raise NotImplementedError(self.dialect.name)

    def grow_trees(
        self,
        files: Sequence[Path],
        columns: Sequence[str],
        label: str,
        parameters: Mapping[str, Any],
        rounds: int,
    ) -> "xgboost.Booster":
        """Boosted trees of all rows of some local Parquet files, by the engine's workers. For one that `parts_itself`."""
        raise NotImplementedError(self.dialect.name)

    def events_of(self, buckets: Sequence[int]) -> str:
        """A FROM item with the events of the entities of some buckets (`entity_key % BUCKETS`)."""
        rests = ", ".join(str(bucket) for bucket in buckets)
        return f'(SELECT * FROM "events" WHERE "entity_key" % {BUCKETS} IN ({rests}))'

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """What `ask` finds out about the events, something that JSON can hold.

        It is remembered where an engine knows that they are still what they were.
        """
        return ask()

    def group_size(self, usual: int) -> int:
        """How many events a group of entities may have, where usually so many may: those of a group share memory."""
        return usual

    @abstractmethod
    def side_by_side(self) -> AbstractContextManager[int]:
        """Let queries of several connections run at once; gives how many the engine may run."""

    @abstractmethod
    def beside(self) -> Self:
        """Another connection to the same tables, working tables included, for use by another thread."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
