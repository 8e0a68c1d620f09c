"""Reading one source: block by block into bronze and staged parts, several at a time, each recorded when complete."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from willbuy.errors import SourceError
from willbuy.events.blocks import Block, block_size, read_blocks
from willbuy.events.bronze import write_block, write_rows
from willbuy.events.fields import RawShape, split_line
from willbuy.events.files import COMPRESSED
from willbuy.events.presets import ResolvedSource
from willbuy.events.staging import Staged, stage_part
from willbuy.events.streams import HashingFile
from willbuy.events.typed import RowPlan
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow

PARQUET_ROWS = 1 << 17
_sql = Dialect()


@dataclass
class Workbench:
    """What reading needs: the engine, the folders, the ledger, workers, and somebody to tell of rows done."""

    connection: duckdb.DuckDBPyConnection
    layout: Layout
    ledger: Ledger
    workers: int
    rows_done: Callable[[int, int, int], None]
    """Told (rows of a part, bytes read so far, bytes in all)."""

    _local: threading.local = field(default_factory=threading.local)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of the calling thread's own, to the same engine."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self.connection.cursor()
            self._local.cursor.execute("SET TimeZone = 'UTC'")
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor


@dataclass(frozen=True)
class Piece:
    """A part that is to be made: where its rows come from, and how to write its bronze."""

    part: int
    first_line: int
    lines: int
    quotes: bool
    digest: int
    end: int
    write: Callable[[Path], None]


def read_parts(bench: Workbench, plan: RowPlan, row: SourceRow, pieces: Iterator[Piece], size: int) -> None:
    """Make every part that the ledger does not hold yet. Raises SourceError when the file changed since."""
    finished = {part.part: part for part in bench.ledger.parts(row.source)}
    running: set[Future[tuple[Part, int]]] = set()
    with ThreadPoolExecutor(bench.workers) as pool:
        try:
            for piece in pieces:
                done = finished.get(piece.part)
                if done is not None and (done.digest, done.lines) == (piece.digest, piece.lines):
                    bench.rows_done(done.read, piece.end, size)
                    continue
                running.add(pool.submit(_make, bench, plan, row.source, piece))
                running = _record(bench, running, size, at_most=bench.workers)
            _record(bench, running, size, at_most=0)
        except BaseException:
            for future in running:
                future.cancel()
            raise


def _record(
    bench: Workbench, running: set[Future[tuple[Part, int]]], size: int, at_most: int
) -> set[Future[tuple[Part, int]]]:
    while len(running) > at_most:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            part, end = future.result()
            bench.ledger.add_part(part)
            bench.rows_done(part.read, end, size)
    return running


def _make(bench: Workbench, plan: RowPlan, source: int, piece: Piece) -> tuple[Part, int]:
    name = f"part-{piece.part:05d}.parquet"
    bronze = bench.layout.bronze(source) / name
    piece.write(bronze)
    made = stage(bench, plan, source, name, bronze, piece.first_line, piece.quotes)
    home = bench.layout.home
    part = Part(
        source=source,
        part=piece.part,
        bronze=bronze.relative_to(home).as_posix(),
        staged=(bench.layout.staged(source) / name).relative_to(home).as_posix(),
        rejects=(bench.layout.rejected(source) / name).relative_to(home).as_posix()
        if made.rejected
        else None,
        digest=piece.digest,
        first_line=piece.first_line,
        lines=piece.lines,
        quotes=piece.quotes,
        read=made.read,
        rejected=made.rejected,
    )
    return part, piece.end


def stage(
    bench: Workbench, plan: RowPlan, source: int, name: str, bronze: Path, first_line: int, quotes: bool
) -> Staged:
    """Type the rows of a bronze part, on the calling thread's connection."""
    return stage_part(
        bench.cursor(),
        plan,
        source,
        bronze,
        first_line,
        quotes,
        bench.layout.staged(source) / name,
        bench.layout.rejected(source) / name,
    )


@dataclass
class TextSource:
    """A CSV or JSON lines file, open: its columns are known, its blocks can be read once."""

    path: Path
    file: HashingFile
    blocks: Iterator[Block]
    shape: RawShape

    def pieces(self, bench: Workbench) -> Iterator[Piece]:
        """The blocks, each as a part to be made."""
        for number, block in enumerate(self.blocks):
            scratch = bench.layout.temporary / f"block-{number:05d}.txt"

            def write(target: Path, block: Block = block, scratch: Path = scratch) -> None:
                write_block(bench.cursor(), block, target, scratch)

            yield Piece(number, block.first_line, block.lines, block.quotes, block.digest, block.end, write)


def open_text(path: Path, kind: str, source: ResolvedSource) -> TextSource:
    """Open a text source and read its header. Raises SourceError when it cannot be what is declared."""
    file = HashingFile(path)
    size = block_size(path.stat().st_size, path.suffix.lower() in COMPRESSED)
    blocks = read_blocks(file, path, source.encoding, size)
    first = next(blocks, None)
    if first is None:
        raise SourceError(f"{path} is empty: not even a header line. Nothing was kept.")
    if kind == "jsonl":
        return TextSource(path, file, _chain(first, blocks), RawShape(kind, source.needed))
    columns, rest = _header(path, first, source)
    return TextSource(path, file, _chain(rest, blocks), RawShape(kind, columns, source.delimiter))


def _header(path: Path, block: Block, source: ResolvedSource) -> tuple[tuple[str, ...], Block | None]:
    """The names of the columns, and the block without its header line (None when nothing is left)."""
    lines = block.data.split(b"\n", 100)[:-1]
    plain = [line.partition(block.separator.encode())[2] if block.faults else line for line in lines]
    at = next((number for number, line in enumerate(plain) if line), None)
    if at is None:
        raise SourceError(f"{path} begins with nothing but blank lines. Nothing was kept.")
    if b"\\x00" in plain[at]:
        raise SourceError(
            f"{path}: the first line holds NUL bytes. Is it UTF-16? Then declare source.encoding = 'utf-16-le'."
        )
    names = split_line(plain[at].decode(), source.delimiter)
    if names is None:
        raise SourceError(f"{path}: a quote in the header line is not closed. Nothing was kept.")
    columns, has_header = source.column_names(names, str(path))
    twice = sorted({name for name in source.needed if columns.count(name) > 1})
    if twice:
        raise SourceError(
            f"{path}: the header names {twice[0]!r} twice, and it is mapped. Rename one of them."
        )
    if not has_header:
        return columns, block
    taken = sum(len(line) + 1 for line in lines[: at + 1])
    left = block.lines - at - 1
    rest = replace(block, data=block.data[taken:], first_line=block.first_line + at + 1, lines=left)
    return columns, rest if left else None


def _chain(first: Block | None, rest: Iterator[Block]) -> Iterator[Block]:
    if first is not None:
        yield first
    yield from rest


def parquet_pieces(bench: Workbench, path: Path, rows: int) -> Iterator[Piece]:
    """The rows of a Parquet file in ranges, each as a part to be made."""
    step = min(PARQUET_ROWS, max(rows // 24, 1 << 13))
    for number, first in enumerate(range(0, rows, step)):
        count = min(step, rows - first)

        def write(target: Path, first: int = first, count: int = count) -> None:
            written = write_rows(bench.cursor(), path, first, count, target)
            if written != count:
                raise SourceError(
                    f"{path}: rows {first + 1} to {first + count} could not be read. Nothing was kept."
                )

        yield Piece(
            number, first + 1, count, False, count, path.stat().st_size * (first + count) // rows, write
        )
