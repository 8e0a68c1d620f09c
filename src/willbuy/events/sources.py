"""Open a source file of any format: its columns are checked, and its rows can be read in pieces, once."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Protocol

import duckdb

from willbuy.errors import SourceError, did_you_mean
from willbuy.events.blocks import Block, block_size, read_blocks
from willbuy.events.bronze import write_block, write_rows
from willbuy.events.fields import RawShape
from willbuy.events.files import COMPRESSED
from willbuy.events.first_line import first_line
from willbuy.events.guarding import told_without_rows
from willbuy.events.presets import ResolvedSource
from willbuy.events.streams import HashingFile
from willbuy.events.typed import IDS, RowPlan
from willbuy.events.workbench import Tools
from willbuy.warehouse.dialect import Dialect

ROWS_A_PART = 1 << 17
LEAST_ROWS_A_PART = 1 << 13
PARTS_A_FILE = 24
_NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "VARIANT")
_sql = Dialect()


@dataclass(frozen=True)
class Piece:
    """A part that is to be made. `write` writes its bronze file; `digest` tells whether a file has changed since."""

    part: int
    first_line: int
    lines: int
    quotes: bool
    digest: int
    part_of_file: float
    write: Callable[[Path], None]


class OpenSource(Protocol):
    """A source file, open. Use as a context manager."""

    plan: RowPlan

    def __enter__(self) -> "OpenSource": ...
    def __exit__(self, *_: object) -> None: ...

    def pieces(self, bench: Tools) -> Iterator[Piece]:
        """The file's rows in pieces. Raises SourceError when it turns out to be damaged."""
        ...

    def sha256(self) -> str:
        """The hash of the file, once its pieces are read."""
        ...


def open_source(path: Path, kind: str, source: ResolvedSource) -> OpenSource:
    """Open a file. Raises SourceError when it cannot be what is declared."""
    return _open_parquet(path, source) if kind == "parquet" else _open_text(path, kind, source)


@dataclass
class TextSource:
    """A CSV or JSON lines file."""

    file: HashingFile
    blocks: Iterator[Block]
    plan: RowPlan
    size: int

    def pieces(self, bench: Tools) -> Iterator[Piece]:
        for number, block in enumerate(self.blocks):
            scratch = bench.layout.temporary / f"block-{number:05d}.txt"

            def write(target: Path, block: Block = block, scratch: Path = scratch) -> None:
                private = bench.guard.private
                guarded = partial(bench.guard.rows, bench.connection, self.plan, block.quotes)
                with told_without_rows(private, f"lines from {block.first_line} on"):
                    write_block(
                        bench.connection, block, target, scratch, guarded, private=private, options=bench.raw
                    )

            done = block.end / max(self.size, 1)
            yield Piece(number, block.first_line, block.lines, block.quotes, block.digest, done, write)

    def sha256(self) -> str:
        return self.file.sha256()

    def __enter__(self) -> "TextSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _open_text(path: Path, kind: str, source: ResolvedSource) -> TextSource:
    file = HashingFile(path)
    try:
        size = path.stat().st_size
        blocks = read_blocks(file, path, source.encoding, block_size(size, path.suffix.lower() in COMPRESSED))
        rest = next(blocks, None)
        if rest is None:
            raise SourceError(f"{path} is empty: not even a header line. Nothing was kept.")
        columns, rest = first_block(path, kind, rest, source)
    except BaseException:
        file.close()
        raise
    plan = RowPlan(RawShape(kind, columns, source.delimiter), source)
    return TextSource(file, chain([rest], blocks), plan, size)


def first_block(path: Path, kind: str, block: Block, source: ResolvedSource) -> tuple[tuple[str, ...], Block]:
    """The names of the columns (none of JSON lines), and a file's first block without its header line."""
    if kind != "csv":
        return (), block
    names, rest = first_line(path, block, source.delimiter)
    columns, has_header = source.column_names(names, str(path))
    twice = sorted({name for name in source.needed if columns.count(name) > 1})
    if twice:
        raise SourceError(
            f"{path}: the header names {twice[0]!r} twice, and it is mapped. Rename one of them."
        )
    return columns, rest if has_header else block


@dataclass
class ParquetSource:
    """A Parquet file. `digest` is of the whole file."""

    path: Path
    plan: RowPlan
    rows: int
    floats: tuple[str, ...]
    digest: str

    @property
    def step(self) -> int:
        """Rows a part."""
        return min(ROWS_A_PART, max(self.rows // PARTS_A_FILE, LEAST_ROWS_A_PART))

    def pieces(self, bench: Tools) -> Iterator[Piece]:
        step = self.step
        for number, first in enumerate(range(0, max(self.rows, 1), step)):
            count = min(step, self.rows - first)

            def write(target: Path, first: int = first, count: int = count) -> None:
                self._write(bench, first, count, target)

            digest = int(self.digest[:8], 16)
            yield Piece(number, first + 1, count, False, digest, (first + count) / max(self.rows, 1), write)

    def _write(self, bench: Tools, first: int, count: int, target: Path) -> None:
        engine = bench.connection
        guarded = partial(bench.guard.rows, engine, self.plan, False)
        try:
            with told_without_rows(bench.guard.private, f"rows from {first + 1} on"):
                written = write_rows(engine, self.path, first, count, self.floats, target, guarded, bench.raw)
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            raise _damaged(self.path, error) from error
        if written != count:
            raise SourceError(
                f"{self.path}: {written} of {count} rows from row {first + 1} on could be read."
            )

    def sha256(self) -> str:
        return self.digest

    def __enter__(self) -> "ParquetSource":
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _open_parquet(path: Path, source: ResolvedSource) -> ParquetSource:
    name = _sql.text(str(path))
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        try:
            found = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({name})").fetchall()
            rows = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({name})").fetchall()[
                0
            ][0]
        except duckdb.Error as error:
            raise _damaged(path, error) from error
    types = {str(column): str(kind) for column, kind, *_ in found}
    _check_types(path, types, source)
    floats = tuple(column for column, kind in types.items() if kind == "FLOAT")
    native = frozenset(
        f for f in ("time", "received") if types.get(source.columns.get(f, ""), "").startswith("TIMESTAMP")
    )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    plan = RowPlan(RawShape("parquet", tuple(types)), source, native)
    return ParquetSource(path, plan, int(rows), floats, digest)


def _check_types(path: Path, types: dict[str, str], source: ResolvedSource) -> None:
    for column in source.needed:
        if column not in types:
            shown = ", ".join(list(types)[:12])
            raise SourceError(f"{path}: no column {column!r}. It has: {shown}.{did_you_mean(column, types)}")
        if types[column].startswith(_NESTED) or types[column].endswith("]"):
            raise SourceError(
                f"{path}: column {column!r} is {types[column][:60]}; a mapped column must hold plain values."
            )
    for field in IDS:
        kind = types.get(source.columns.get(field, ""), "")
        if kind in ("DOUBLE", "FLOAT") and field not in source.drop_suffix:
            raise SourceError(
                f"{path}: column {source.columns[field]!r} ({field}) is {kind}: an id that went through a float may have "
                f"lost digits. Write it as text or integer; or, if it is whole, declare source.drop_suffix.{field} = '.0'."
            )
    if "file_row_number" in {column.lower() for column in types}:
        raise SourceError(
            f"{path}: a column is called file_row_number, a name that the engine needs. Rename it."
        )


def _damaged(path: Path, error: Exception) -> SourceError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return SourceError(
        f"{path}: no sound Parquet file ({reason}). Nothing of it was kept; write or fetch it again."
    )
