"""Cut a text source into blocks of whole lines, checked and safe for the engine.

A row is a physical line: a quoted field may not span lines. So a quote that is never closed spoils its own line,
which is refused with that reason, and swallows nothing.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from willbuy.errors import SourceError
from willbuy.events.streams import HashingFile, utf8_chunks

LARGEST_BLOCK = 16 << 20
SMALLEST_BLOCK = 1 << 20
BLOCKS_A_FILE = 24
"""A kill repeats the blocks in hand: at most three of 24, and these are only half of the work."""

LONGEST_LINE = 1 << 20
"""A longer line is kept in bronze and refused as `line_too_long`."""

LONGEST_READ = 16 << 20
"""A file with a line that is longer still is not read: it is no log, or its line ends are missing."""

FAULTS = ("not_utf8", "nul", "line_too_long")
"""What can be wrong with a line before it is split into fields."""

_SEPARATORS = bytes([*range(1, 9), *range(14, 32)])


@dataclass(frozen=True)
class Block:
    r"""Whole lines of a source, each ended by `\n`, in valid UTF-8.

    With `faults`, each line is `fault + separator + text`, the fault empty for a sound line; bytes that are no
    UTF-8 and NULs stand as `\xNN` in the text. The separator byte occurs nowhere else.
    """

    data: bytes
    first_line: int
    lines: int
    faults: bool
    quotes: bool
    long_lines: bool
    separator: str
    digest: int
    end: int

    @property
    def next_line(self) -> int:
        """The number of the first line after the block."""
        return self.first_line + self.lines


def block_size(file_bytes: int, compressed: bool) -> int:
    """Bytes a block: a 24th of the file (a fifth of whose text a compressed file is), from 1 to 16 MB.

    >>> block_size(2_400_000, False), block_size(48_000_000, False), block_size(10**10, False)
    (1048576, 2000000, 16777216)
    """
    text = file_bytes * 5 if compressed else file_bytes
    return min(max(text // BLOCKS_A_FILE, SMALLEST_BLOCK), LARGEST_BLOCK)


def read_blocks(file: HashingFile, path: Path, encoding: str, size: int, line: int = 1) -> Iterator[Block]:
    """Yield a text source as blocks of about `size` bytes, the first of which begins with line number `line`.

    Raises SourceError when the file cannot be read.
    """
    for data in _whole_lines(utf8_chunks(file, path, encoding), size, path):
        block = block_of(data, line, file.position)
        line = block.next_line
        yield block


def _whole_lines(chunks: Iterator[bytes], size: int, path: Path) -> Iterator[bytes]:
    pieces: list[bytes] = []
    held = 0
    for chunk in chunks:
        pieces.append(chunk)
        held += len(chunk)
        if held < size:
            continue
        data = b"".join(pieces)
        cut = data.rfind(b"\n") + 1
        _check_length(len(data) - cut, path)
        if cut:
            yield data[:cut]
        pieces = [data[cut:]]
        held = len(data) - cut
    rest = b"".join(pieces)
    if rest:
        _check_length(len(rest) - rest.rfind(b"\n") - 1, path)
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _check_length(line: int, path: Path) -> None:
    if line > LONGEST_READ:
        raise SourceError(
            f"{path}: a line is longer than {LONGEST_READ >> 20} MB. Is this a text log? Nothing of it was kept."
        )


def block_of(data: bytes, first_line: int, end: int) -> Block:
    """A block of whole lines, looked at; `end` is how far the file was read for it."""
    digest = zlib.crc32(data)
    lines = data.count(b"\n")
    long_lines = _has_long_line(data)
    faults = long_lines or b"\0" in data or not _is_utf8(data)
    separator = next((byte for byte in _SEPARATORS if byte not in data), 0)
    if faults or not separator:
        faults, separator = True, separator or _SEPARATORS[0]
        data = _marked(data, separator)
    return Block(
        data=data,
        first_line=first_line,
        lines=lines,
        faults=faults,
        quotes=b'"' in data,
        long_lines=long_lines,
        separator=chr(separator),
        digest=digest,
        end=end,
    )


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _has_long_line(data: bytes) -> bool:
    """Whether half the limit passes somewhere without a line end: then look closely, which is rare."""
    step = LONGEST_LINE // 2
    if all(data.find(b"\n", at, at + step) >= 0 for at in range(0, len(data), step)):
        return False
    return any(len(line) > LONGEST_LINE for line in data.split(b"\n"))


def _marked(data: bytes, separator: int) -> bytes:
    mark = bytes([separator])
    return b"".join(_marked_line(line, mark) for line in data[:-1].split(b"\n"))


def _marked_line(line: bytes, mark: bytes) -> bytes:
    fault = b""
    if len(line) > LONGEST_LINE:
        fault = b"line_too_long"
    if b"\0" in line:
        fault = b"nul"
    if not _is_utf8(line):
        fault = b"not_utf8"
        line = line.decode("utf-8", "backslashreplace").encode()
    if fault == b"" and mark not in line:
        return mark + line + b"\n"
    return fault + mark + line.replace(b"\0", b"\\x00").replace(mark, b"\\x%02x" % mark[0]) + b"\n"
