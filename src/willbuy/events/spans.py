"""Spans: stretches of a source file that can be read apart from each other, one by each worker.

A row of text is a physical line (see `willbuy.events.blocks`), so a text file may be cut after any line end, whatever
quotes stand around it; it only has to lie on the disk as it is read: not compressed, and in UTF-8. Of any other text
file there is one span. A Parquet file is cut by rows.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from willbuy.errors import SourceError
from willbuy.events.blocks import block_size, read_blocks
from willbuy.events.files import COMPRESSED
from willbuy.events.presets import ResolvedSource
from willbuy.events.sources import ParquetSource, Piece, TextSource, first_block, open_source
from willbuy.events.streams import CHUNK, HashingFile, encoding_of, is_utf8
from willbuy.events.typed import RowPlan
from willbuy.events.workbench import Tools

SMALLEST_SPAN = 8 << 20
LARGEST_SPAN = 128 << 20
SPANS_A_FILE = 24


@dataclass(frozen=True)
class Span:
    """Bytes from `start` to before `end` of a text file (None: its end), whose first line has a number; or rows of Parquet."""

    number: int
    start: int
    end: int | None
    first_line: int = 1


@dataclass(frozen=True)
class Survey:
    """What was found out about a file before it is read: its hash, how its rows are read, and where it may be cut.

    `stamp` is its size and time of change (ns): a file that changes while it is read is refused.
    """

    sha256: str
    stamp: tuple[int, int]
    plan: RowPlan
    spans: tuple[Span, ...]
    parquet: ParquetSource | None = None


def span_size(file_bytes: int) -> int:
    """Bytes a span: a 24th of the file, from 8 to 128 MB.

    >>> span_size(10**6), span_size(10**9), span_size(10**11)
    (8388608, 41666666, 134217728)
    """
    return min(max(file_bytes // SPANS_A_FILE, SMALLEST_SPAN), LARGEST_SPAN)


def survey(path: Path, kind: str, source: ResolvedSource) -> Survey:
    """Look through a file once. Raises SourceError when it cannot be what is declared."""
    stamp = _stamp(path)
    with open_source(path, kind, source) as opened:
        if isinstance(opened, ParquetSource):
            return Survey(opened.digest, stamp, opened.plan, _rows_of(opened), opened)
        plan = opened.plan
    digest = hashlib.sha256()
    with path.open("rb") as file:
        chunks = _hashed(iter(lambda: file.read(CHUNK), b""), digest)
        head = next(chunks, b"")
        plain = path.suffix.lower() not in COMPRESSED and is_utf8(encoding_of(head, source.encoding)[1])
        limits = _limits(chain([head], chunks), span_size(stamp[0]))
        found = tuple(limits)  # of a file that cannot be cut too: it is hashed on the way
    return Survey(digest.hexdigest(), stamp, plan, found if plain else (Span(0, 0, None),))


def pieces_of(path: Path, kind: str, found: Survey, span: Span, tools: Tools) -> Iterator[Piece]:
    """The rows of a span, in pieces. Raises SourceError when the file is damaged, or changes meanwhile."""
    _refuse_changed(path, found)
    if found.parquet is not None:
        for piece in found.parquet.pieces(tools):
            if span.end is None or span.start < piece.first_line <= span.end:
                yield piece
    else:
        with HashingFile(path, span.start, span.end) as file:
            size = block_size(found.stamp[0], path.suffix.lower() in COMPRESSED)
            blocks = read_blocks(file, path, found.plan.source.encoding, size, span.first_line)
            if span.number == 0:
                blocks = chain([first_block(path, kind, next(blocks), found.plan.source)[1]], blocks)
            yield from TextSource(file, blocks, found.plan, found.stamp[0]).pieces(tools)
    _refuse_changed(path, found)


def _rows_of(opened: ParquetSource) -> tuple[Span, ...]:
    """Two pieces a span: enough work for a task, and enough tasks."""
    step = 2 * opened.step
    return tuple(
        Span(number, first, first + step) for number, first in enumerate(range(0, max(opened.rows, 1), step))
    )


def _limits(chunks: Iterator[bytes], size: int) -> Iterator[Span]:
    """Spans of at least `size` bytes that end after a line end, but the last one."""
    span, at, lines, ended_in_return = Span(0, 0, None), 0, 0, False
    for piece, whole in _cut(chunks, size):
        lines += _line_ends(piece) - (ended_in_return and piece.startswith(b"\n"))
        ended_in_return = piece.endswith(b"\r")
        at += len(piece)
        if whole:
            yield replace(span, end=at)
            span = Span(span.number + 1, at, None, lines + 1)
    if at > span.start or span.number == 0:
        yield replace(span, end=at)


def _cut(chunks: Iterator[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The chunks, cut after the first line end at which there are `size` bytes; whether each piece ends there."""
    held = 0
    for chunk in chunks:
        at = 0
        while at < len(chunk):
            end = chunk.find(b"\n", at + max(0, size - held - 1)) + 1
            piece = chunk[at : end or len(chunk)]
            yield piece, bool(end)
            held = 0 if end else held + len(piece)
            at += len(piece)


def _line_ends(data: bytes) -> int:
    r"""Line ends as the reader counts them: `\n`, `\r\n`, and `\r` by itself.

    >>> _line_ends(b"a\nb\r\nc\rd")
    3
    """
    found = data.count(b"\n")
    return found + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else found


def _hashed(chunks: Iterator[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _refuse_changed(path: Path, found: Survey) -> None:
    if _stamp(path) != found.stamp:
        raise SourceError(
            f"{path} changed while it was read. Nothing of it was kept; wait until it is complete, then ingest it."
        )
