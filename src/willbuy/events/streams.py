"""Open a text source of any compression and encoding as UTF-8 bytes: nothing else in the reader knows of either."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from willbuy.errors import SourceError

CHUNK = 1 << 20
BOMB_FLOOR = 64 << 20
BOMB_RATIO = 250
"""More than 64 MB out of a compressed file at more than 250 times its size is no log: logs shrink 5 to 30 times."""

_UTF8 = ("utf-8", "utf-8-sig", "ascii")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class HashingFile(io.RawIOBase):
    """A file, or the bytes from `start` to before `end` of it, hashed as it is read; counts the bytes that went through."""

    def __init__(self, path: Path, start: int = 0, end: int | None = None) -> None:
        super().__init__()
        self._file: BinaryIO = path.open("rb", buffering=0)
        self._file.seek(start)
        self._left = None if end is None else end - start
        self._hash = hashlib.sha256()
        self.start = start
        self.position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes (all that is left when negative)."""
        if self._left is not None:
            size = self._left if size < 0 else min(size, self._left)
        data = self._file.read(size) if size >= 0 else self._file.readall()  # type: ignore[attr-defined]
        self._hash.update(data)
        self.position += len(data)
        if self._left is not None:
            self._left -= len(data)
        return bytes(data)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer; how the decompressors ask."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def sha256(self) -> str:
        """The hash of the whole file; reads what no decompressor asked for."""
        while self.read(CHUNK):
            pass
        return self._hash.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def utf8_chunks(file: HashingFile, path: Path, encoding: str) -> Iterator[bytes]:
    r"""Yield a file's content as UTF-8 bytes with `\n` line ends and no byte-order mark, about 1 MB at a time.

    The encoding is the declared one unless a byte-order mark says otherwise. Bytes that are no UTF-8 in a file
    declared as UTF-8 are passed on as they are: the block reader marks their lines. Raises SourceError for a
    cut or damaged compressed file, bytes that another declared encoding cannot hold, and
    a file that expands beyond reason.
    """
    chunks = _bounded(_decompressed(file, path), file, path)
    head = next(chunks, b"")
    mark, marked = encoding_of(head, encoding) if file.start == 0 else (b"", encoding)
    return _plain_ends(_transcoded(_chain(head[len(mark) :], chunks), codecs.lookup(marked).name, path))


def encoding_of(head: bytes, declared: str) -> tuple[bytes, str]:
    r"""The byte-order mark that a file begins with (or none), and its encoding: by the mark, else as declared.

    >>> encoding_of(b"\xef\xbb\xbftime,kind", "latin-1"), encoding_of(b"time,kind", "latin-1")
    ((b'\xef\xbb\xbf', 'utf-8'), (b'', 'latin-1'))
    """
    return next(((bom, name) for bom, name in _MARKS if head.startswith(bom)), (b"", declared))


def is_utf8(encoding: str) -> bool:
    """Whether text in an encoding lies on the disk as the reader wants it: a line end is one byte, and only that.

    >>> is_utf8("UTF8"), is_utf8("utf-16-le")
    (True, False)
    """
    return codecs.lookup(encoding).name in _UTF8


def _decompressed(file: HashingFile, path: Path) -> Iterator[bytes]:
    suffix = path.suffix.lower()
    try:
        if suffix == ".gz":
            buffered = io.BufferedReader(file, CHUNK)
            with gzip.GzipFile(fileobj=buffered) as opened:
                yield from iter(lambda: opened.read(CHUNK), b"")
            buffered.detach()  # else it would close the file, whose hash is not taken yet
        elif suffix == ".zst":
            yield from _zstd(file)
        else:
            yield from iter(lambda: file.read(CHUNK), b"")
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise SourceError(
            f"{path}: the compressed file is cut or damaged ({error}). Nothing of it was kept; fetch it again."
        ) from error


def _zstd(file: HashingFile) -> Iterator[bytes]:
    import zstandard  # only where a file asks for it

    decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    try:
        finished = True
        frame = decompressor.decompressobj()
        while data := file.read(CHUNK // 8):
            while data:
                finished = False
                yield frame.decompress(data)
                data = frame.unused_data
                if frame.eof:
                    frame, finished = decompressor.decompressobj(), True
                else:
                    data = b""
        if not finished:
            raise ValueError("it ends before its last frame does")
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error


def _bounded(chunks: Iterator[bytes], file: HashingFile, path: Path) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > BOMB_FLOOR and total > BOMB_RATIO * file.position:
            raise SourceError(
                f"{path}: {file.position:,} bytes expand to more than {total:,}, over {BOMB_RATIO} times their size. "
                "No log shrinks that well, so it was not read on; nothing of it was kept. Expand it yourself if you trust it."
            )
        yield chunk


def _transcoded(chunks: Iterator[bytes], codec: str, path: Path) -> Iterator[bytes]:
    if codec in _UTF8:
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not written in {codec}: byte {error.object[error.start : error.start + 1].hex()} has no meaning there. "
            "Declare what it is written in: source.encoding."
        ) from error


def _plain_ends(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        data = held + chunk
        held = b""
        if b"\r" in data:
            if data.endswith(b"\r"):  # its \n may stand in the next chunk
                data, held = data[:-1], b"\r"
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield data
    if held:
        yield b"\n"


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest
