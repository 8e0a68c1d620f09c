"""The rows of a log as one table of text, in bounded memory and time: `looked(entity, time, kind, ..., rule0, ...)`.

A plain UTF-8 file is read where it lies. Anything else (compressed, another encoding, blanks as delimiter, or
larger than the budget) is first copied, up to the budget, into a temporary file; then the caller is told that it
looked at a sample.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from willbuy.errors import SourceError
from willbuy.events.look.sight import Sample
from willbuy.events.look.sniff import SPACES, Shape
from willbuy.events.streams import HashingFile, utf8_chunks
from willbuy.warehouse.duckdb import DuckDBWarehouse

BUDGET_BYTES = 256 << 20
BUDGET_ROWS = 5_000_000


class Looked:
    """The open table. `columns` maps its column names to those of the file; empty text is null."""

    def __init__(self, shapes: Sequence[Shape], header: Sequence[str], has_header: bool, budget: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="willbuy-look-"))
        self.warehouse = DuckDBWarehouse(None, memory="300MB")
        self.warehouse.execute(f"SET temp_directory = {self._text(str(self.folder))}")
        self.shapes, self.header, self.has_header = tuple(shapes), tuple(header), has_header
        self.sample: Sample | None = None
        self.unreadable = 0
        self.budget = budget

    def load(self, columns: Mapping[str, str]) -> None:
        """Read the wanted columns (name in the table -> column of the file) of every file."""
        shape = self.shapes[0]
        try:
            relation = {"csv": self._csv, "jsonl": self._jsonl, "parquet": self._parquet}[shape.format](
                columns
            )
            self.warehouse.execute(f"CREATE OR REPLACE TABLE looked AS {relation}")
            self.unreadable = self._rejected() if shape.format == "csv" else 0
        except duckdb.Error as error:
            raise SourceError(f"{shape.path} cannot be read: {str(error).splitlines()[0]}") from error

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query over `looked`."""
        return self.warehouse.rows(sql)

    def run(self, sql: str) -> None:
        """Run a statement for its effect."""
        self.warehouse.execute(sql)

    def is_timestamp(self, column: str) -> bool:
        """Whether a column of the file has a timestamp or date type (Parquet)."""
        return self._type(column).startswith(("TIMESTAMP", "DATE"))

    def is_whole_float(self, column: str | None) -> bool:
        """Whether a column of the file is a float that holds whole numbers, so that its text ends in `.0`."""
        if column is None or self._type(column) not in ("DOUBLE", "FLOAT"):
            return False
        quoted = self.warehouse.dialect.identifier(column)
        sql = f"SELECT count(*) FROM read_parquet({self._files()}) WHERE {quoted} <> trunc({quoted})"
        return int(self.rows(sql)[0][0]) == 0

    def count(self, where: str = "true") -> int:
        """How many rows satisfy a condition."""
        return int(self.rows(f"SELECT count(*) FROM looked WHERE {where}")[0][0])

    def example(self, where: str, table: str = "looked") -> str:
        """A time value of a row that satisfies a condition."""
        found = self.rows(f"SELECT time FROM {table} WHERE {where} LIMIT 1")
        return str(found[0][0])[:60] if found else ""

    def close(self) -> None:
        """Close the connection and remove temporary files."""
        self.warehouse.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Looked":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _text(self, value: str) -> str:
        return self.warehouse.dialect.text(value)

    def _type(self, column: str) -> str:
        if self.shapes[0].format != "parquet":
            return "VARCHAR"
        described = self.rows(f"DESCRIBE SELECT * FROM read_parquet({self._files()})")
        return next((str(row[1]) for row in described if row[0] == column), "VARCHAR")

    def _files(self) -> str:
        return f"[{', '.join(self._text(str(shape.path)) for shape in self.shapes)}]"

    def _csv(self, columns: Mapping[str, str]) -> str:
        # The file's own column names never reach the SQL: its columns are c0, c1, ...
        names = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(self.header)))
        wanted = ", ".join(
            f"nullif(c{self.header.index(source)}, '') AS {name}" for name, source in columns.items()
        )
        delimiter = "," if self.shapes[0].delimiter == SPACES else self.shapes[0].delimiter
        return (
            f"SELECT {wanted} FROM read_csv([{', '.join(self._text(str(p)) for p in self._staged())}], "
            f"columns={{{names}}}, header={str(self.has_header).lower()}, auto_detect=false, "
            f"delim={self._text(delimiter)}, quote='\"', escape='\"', max_line_size=16777216, "
            "ignore_errors=true, store_rejects=true)"
        )

    def _rejected(self) -> int:
        (row,) = self.rows("SELECT count(*) FROM (SELECT DISTINCT file_id, line FROM reject_errors)")
        return int(row[0])

    def _jsonl(self, columns: Mapping[str, str]) -> str:
        def pointer(name: str) -> str:
            return self._text("/" + name.replace("~", "~0").replace("/", "~1"))

        wanted = ", ".join(
            f"nullif(json_extract_string(json, {pointer(source)}), '') AS {name}"
            for name, source in columns.items()
        )
        files = ", ".join(self._text(str(path)) for path in self._staged())
        return f"SELECT {wanted} FROM read_ndjson_objects([{files}], ignore_errors=true)"

    def _parquet(self, columns: Mapping[str, str]) -> str:
        files = self._files()
        quote = self.warehouse.dialect.identifier
        wanted = ", ".join(
            f"nullif(CAST({quote(source)} AS VARCHAR), '') AS {name}" for name, source in columns.items()
        )
        (row,) = self.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata({files})")
        limit = ""
        if row[0] > BUDGET_ROWS:
            self.sample = Sample(BUDGET_ROWS, int(row[0]), "rows")
            limit = f" LIMIT {BUDGET_ROWS}"
        return f"SELECT {wanted} FROM read_parquet({files}){limit}"

    def _staged(self) -> list[Path]:
        """The files to read, each where it lies or as a copy of its beginning, up to the budget in all."""
        staged: list[Path] = []
        looked, of = 0, 0
        known = True
        for number, shape in enumerate(self.shapes):
            size = shape.path.stat().st_size
            as_it_is = shape.compression is None and shape.encoding == "utf-8" and shape.delimiter != SPACES
            known &= shape.compression is None
            of += size
            left = self.budget - looked
            if as_it_is and size <= left:
                staged.append(shape.path)
                looked += size
            elif left > 0:
                copy = self.folder / f"{number}.txt"
                read, whole = copy_head(shape, copy, left)
                staged.append(copy)
                looked += read
                if not whole:
                    self.sample = Sample(looked, None, "bytes")
            else:
                self.sample = Sample(looked, None, "bytes")
        if self.sample is not None and known:
            self.sample = Sample(looked, of, "bytes")
        return staged


def copy_head(shape: Shape, target: Path, budget: int) -> tuple[int, bool]:
    """Copy the beginning of a file as plain UTF-8, whole lines only. Returns bytes copied and whether that was all.

    Raises SourceError for a damaged file, as ingest would.
    """
    copied, rest = 0, b""
    with HashingFile(shape.path) as file, target.open("wb") as out:
        for chunk in utf8_chunks(file, shape.path, shape.encoding):
            if copied >= budget:
                return copied, False
            part = chunk[: budget - copied]
            copied += len(part)
            lines, end, rest = (rest + part).rpartition(b"\n")
            out.write(_as_csv(lines + end) if shape.delimiter == SPACES else lines + end)
            if len(part) < len(chunk):
                return copied, False
        out.write(_as_csv(rest) if shape.delimiter == SPACES else rest)
    return copied, True


def _as_csv(text: bytes) -> bytes:
    return b"".join(b",".join(line.split()) + b"\n" for line in text.splitlines() if line.strip())
