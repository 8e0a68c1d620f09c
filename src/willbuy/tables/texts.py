"""The wanted columns of a table's files as text, in one table of the engine: nothing is understood yet."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb
import numpy as np

from willbuy.errors import SourceError, did_you_mean, listed, printable
from willbuy.events.blocks import Block, block_size, read_blocks
from willbuy.events.bronze import write_block
from willbuy.events.fields import RawShape, fields
from willbuy.events.files import COMPRESSED, format_of
from willbuy.events.first_line import first_line
from willbuy.events.streams import HashingFile
from willbuy.shop import Table
from willbuy.tables.header import check_header
from willbuy.tables.parquet import parquet_types, text_of
from willbuy.warehouse.duckdb import DuckDBWarehouse

CELLS_AT_ONCE = 4_000_000
"""Texts that are held as Python's own at a time: about 250 MB."""


@dataclass(frozen=True)
class Fault:
    """A row that could not be split: where it stands, why, and its beginning."""

    file: int
    line: int
    rule: str
    raw: str


class Texts:
    """A table's rows as text. Columns are known to the engine by their place alone: no name from a file is part of a query.

    Use as a context manager; it keeps a temporary folder.
    """

    def __init__(self, table: Table, memory: str = "1500MB", threads: int | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="willbuy-table-")
        self.folder = Path(self._folder.name)
        self.table = table
        self.warehouse = DuckDBWarehouse(None, memory, threads)
        self.warehouse.execute(f"SET temp_directory = {self._text(self.folder)}")
        self.names: tuple[str, ...] = ()
        self.header: tuple[str, ...] = ()

    def read(self, paths: Sequence[Path], wanted: Sequence[str] | None = None) -> None:
        """Read the wanted columns of every file, all that have a name by default. Blank lines are no rows.

        `header` is then the header of the first file. Raises SourceError where a file cannot be read as declared, or
        lacks a wanted column.
        """
        try:
            for number, path in enumerate(paths):
                kind = self._kind(path)
                self._parquet(number, path, wanted) if kind == "parquet" else self._csv(number, path, wanted)
        except SourceError as error:
            raise SourceError(str(error).replace("source.", "table.")) from error

    def columns(self) -> Iterator[tuple[str, list[str | None]]]:
        """Each wanted column with the texts of its sound rows, None where nothing stands, a few columns at a time."""
        rows = self.count("fault IS NULL")
        step = max(1, CELLS_AT_ONCE // max(rows, 1))
        for first in range(0, len(self.names), step):
            some = self.names[first : first + step]
            found = self._fetch(", ".join(f"c{first + place}" for place in range(len(some))))
            for place, name in enumerate(some):
                yield name, found[f"c{first + place}"].tolist()

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """The number of its file and the line (or row of a Parquet file, from 1) of every sound row."""
        found = self._fetch("file, line")
        return np.asarray(found["file"]), np.asarray(found["line"])

    def faults(self) -> list[Fault]:
        """The rows that could not be split."""
        sql = "SELECT file, line, fault, raw FROM texts WHERE fault IS NOT NULL"
        return [Fault(*row) for row in self.warehouse.rows(sql)]

    def count(self, where: str = "true") -> int:
        """How many rows satisfy a condition."""
        return int(self.warehouse.rows(f"SELECT count(*) FROM texts WHERE {where}")[0][0])

    def __enter__(self) -> "Texts":
        return self

    def __exit__(self, *_: object) -> None:
        self.warehouse.close()
        self._folder.cleanup()

    def _text(self, path: Path) -> str:
        return self.warehouse.dialect.text(str(path))

    def _fetch(self, what: str) -> Mapping[str, np.ndarray]:
        found = self.warehouse.connection.execute(
            f"SELECT {what} FROM texts WHERE fault IS NULL"
        ).fetchnumpy()
        return cast(Mapping[str, np.ndarray], found)

    def _kind(self, path: Path) -> str:
        kind = format_of(path, self.table.format)
        if kind == "jsonl":
            raise SourceError(
                f"{path}: a table is a CSV or a Parquet file, not JSON. Save it as one of them."
            )
        return kind

    def _csv(self, number: int, path: Path, wanted: Sequence[str] | None) -> None:
        file = HashingFile(path)
        try:
            size = block_size(path.stat().st_size, path.suffix.lower() in COMPRESSED)
            blocks = read_blocks(file, path, self.table.encoding or "utf-8", size)
            first = next(blocks, None)
            if first is None:
                raise SourceError(f"{path} is empty: not even a header line.")
            names, rest = first_line(path, first, self.table.delimiter or ",")
            shape = RawShape("csv", check_header(path, names), self.table.delimiter or ",")
            self._wants(path, shape.columns, wanted)
            for block in (rest, *blocks) if rest.lines else blocks:
                self._block(number, shape, block)
        finally:
            file.close()

    def _block(self, number: int, shape: RawShape, block: Block) -> None:
        bronze = self.folder / "block.parquet"
        write_block(self.warehouse.connection, block, bronze, self.folder / "block.txt")
        rows = f"read_parquet({self._text(bronze)}, file_row_number = true)"
        lines = f"SELECT file_row_number + {block.first_line} AS line, raw, fault FROM {rows} WHERE raw IS NOT NULL"
        split = f"SELECT *, {_plain_fields(shape, block.quotes)} AS f FROM ({lines})"
        width = len(shape.columns)
        fault = f"coalesce(fault, CASE WHEN f IS NULL THEN 'quote' WHEN len(f) <> {width} THEN 'columns' END)"
        picked = [f"f[{shape.columns.index(name) + 1}]" for name in self.names]
        self._insert(f"SELECT {number}, line, {fault} AS broken, CASE WHEN broken IS NOT NULL THEN left(raw, 200) END, "
                     f"{', '.join(picked)} FROM ({split})")  # fmt: skip

    def _parquet(self, number: int, path: Path, wanted: Sequence[str] | None) -> None:
        types = parquet_types(self.warehouse, path)
        self._wants(path, check_header(path, list(types)), wanted)
        quoted = [text_of(self.warehouse.dialect, path, name, types[name]) for name in self.names]
        rows = f"read_parquet({self._text(path)}, file_row_number = true)"
        try:
            self._insert(f"SELECT {number}, file_row_number + 1, NULL, NULL, {', '.join(quoted)} FROM {rows}")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise SourceError(
                f"{path}: no sound Parquet file ({reason}). Write or fetch it again."
            ) from error

    def _insert(self, sql: str) -> None:
        self.warehouse.execute(f"INSERT INTO texts {sql}")

    def _wants(self, path: Path, header: tuple[str, ...], wanted: Sequence[str] | None) -> None:
        """Decide on the columns by the first file, and hold the others to them."""
        if not self.header:
            self.header = header
            self.names = tuple(dict.fromkeys(wanted if wanted is not None else filter(None, header)))
            kept = "".join(f", c{place} VARCHAR" for place in range(len(self.names)))
            self.warehouse.execute(
                f"CREATE TABLE texts (file INTEGER, line BIGINT, fault VARCHAR, raw VARCHAR{kept})"
            )
        for name in self.names:
            if name not in header:
                raise SourceError(
                    f"{path}: no column '{printable(name)}'. It has: {listed(header)}.{did_you_mean(name, header)}"
                )


def _plain_fields(shape: RawShape, quotes: bool) -> str:
    """SQL over `raw`: the list of a row's fields without their quotes, null where nothing stands.

    One expression for all fields: with one for each, 2,000 columns would take the engine minutes to plan.
    """
    quoted = quotes and shape.delimiter != "spaces"
    inner = "replace(substr(x, 2, length(x) - 2), '\"\"', '\"')"
    text = f"CASE WHEN starts_with(x, '\"') THEN {inner} ELSE x END" if quoted else "x"
    return f"list_transform({fields(shape, (), quotes)}, lambda x: nullif({text}, ''))"
