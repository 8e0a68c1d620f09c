"""The shape of a file from its first bytes: format, compression, encoding, delimiter, first rows."""

import codecs
import csv
import gzip
import io
import itertools
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

import duckdb
import zstandard

from willbuy.errors import SourceError
from willbuy.events.files import COMPRESSED

DAMAGED = (EOFError, OSError, ValueError, zlib.error, zstandard.ZstdError)
"""What reading a damaged or unreadable file raises."""

HEAD = 1 << 20
MOST_ROWS = 2_000
DELIMITERS = (",", ";", "\t", "|")
SPACES = "spaces"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet (.xlsx); unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls); save the sheet as CSV"),
    (b"BZh", "compressed with bzip2; unpack it, or use .gz or .zst"),
    (b"\xfd7zXZ\x00", "compressed with xz; unpack it, or use .gz or .zst"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"%PDF", "a PDF"),
    (b"ARROW1", "an Arrow file; save it as Parquet"),
)


@dataclass(frozen=True)
class Shape:
    """How a file is written. `rows` are its first rows as text; of Parquet and JSON the first one is the names."""

    path: Path
    format: Literal["csv", "parquet", "jsonl"]
    compression: Literal["gz", "zst"] | None
    encoding: str
    delimiter: str
    rows: tuple[tuple[str, ...], ...]


def sniff(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Shape:
    """Look at the first MiB of a file. Raises SourceError for what is no table of events."""
    compression, head = _head(path)
    if head.startswith(b"PAR1"):
        return Shape(path, "parquet", None, "utf-8", ",", _parquet_rows(path))
    for magic, meaning in _FOREIGN:
        if head.startswith(magic):
            raise SourceError(f"{path} is {meaning}. Expected CSV, JSON lines or Parquet.")
    encoding = encoding or _encoding(path, head)
    text = _decode(path, head, encoding)
    if not text.strip():
        raise SourceError(f"{path} is empty. Expected a header line and events.")
    beginning = text.lstrip()[:200]
    if beginning.startswith("{"):
        return Shape(path, "jsonl", compression, encoding, ",", _json_rows(path, text, len(head) >= HEAD))
    _refuse_other_text(path, beginning)
    whole = len(head) < HEAD
    delimiter = delimiter or _delimiter(path, text, whole)
    return Shape(path, "csv", compression, encoding, delimiter, tuple(_csv_rows(text, delimiter, whole)))


def open_plain(path: Path, compression: str | None) -> BinaryIO:
    """Open a file for reading its decompressed bytes."""
    if compression == "gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if compression == "zst":
        return cast(BinaryIO, zstandard.open(path, "rb"))
    return path.open("rb")


def _head(path: Path) -> tuple[Literal["gz", "zst"] | None, bytes]:
    if not path.exists():
        raise SourceError(f"no file at {path}. Check the name and the folder.")
    if path.is_dir():
        raise SourceError(f"{path} is a folder. Name its files, for example: {path / '*.csv'}")
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        compression: Literal["gz", "zst"] | None = None
        if magic.startswith(b"\x1f\x8b"):
            compression = "gz"
        elif magic == b"\x28\xb5\x2f\xfd":
            compression = "zst"
        _check_name(path, compression)
        with open_plain(path, compression) as file:
            head = file.read(HEAD)
    except DAMAGED as error:
        raise SourceError(f"{path} cannot be read: {error}. Get the file again.") from error
    if not head:
        raise SourceError(f"{path} is empty. Expected a header line and events.")
    return compression, head


def _check_name(path: Path, compression: str | None) -> None:
    """A file's name says whether it is compressed, as ingest goes by it."""
    named = path.suffix.lower().lstrip(".") if path.suffix.lower() in COMPRESSED else None
    if compression and named != compression:
        raise SourceError(
            f"{path} is compressed, but its name does not say so. Call it {path.name}.{compression}"
        )
    if named and compression is None:
        raise SourceError(f"{path} is not compressed, though its name says so. Call it {path.stem}")


def _encoding(path: Path, head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros > len(head) // 4:
        order = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        if head[:2].count(0) == 1:
            raise SourceError(
                f"{path} looks like UTF-16 without a byte-order mark. Declare it: --encoding {order}"
            )
    control = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 13))
    if control > len(head) // 50:
        raise SourceError(f"{path} is binary. Expected CSV, JSON lines or Parquet.")
    return "utf-8"


def _decode(path: Path, head: bytes, encoding: str) -> str:
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise SourceError(
            f"unknown encoding {encoding!r}. Use a name such as utf-8, cp1252 or utf-16."
        ) from error
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{path} is not {encoding}: byte 0x{head[error.start]:02x} in line {line}. Declare what it is: "
            "--encoding cp1252 (Windows, Western Europe), latin-1, cp1251, gb18030, ..."
        ) from error
    return text.removeprefix("\ufeff")


def _refuse_other_text(path: Path, beginning: str) -> None:
    if beginning.startswith("["):
        raise SourceError(f"{path} is one JSON array. Write one object a line (JSON lines), or CSV.")
    if re.match(r"<(!doctype|html|\?xml)", beginning, re.IGNORECASE):
        raise SourceError(
            f"{path} is a web page or XML, perhaps a saved error page. Expected CSV or Parquet."
        )


def _parquet_rows(path: Path) -> tuple[tuple[str, ...], ...]:
    try:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            found = connection.execute("SELECT * FROM read_parquet(?) LIMIT 1000", [str(path)])
            names = tuple(str(column[0]) for column in found.description or ())
            return (names, *(tuple("" if v is None else str(v) for v in row) for row in found.fetchall()))
    except duckdb.Error as error:
        raise SourceError(f"{path} is a damaged Parquet file: {str(error).splitlines()[0]}") from error


def _json_rows(path: Path, text: str, cut: bool) -> tuple[tuple[str, ...], ...]:
    lines = [line for line in text.splitlines()[:MOST_ROWS] if line.strip()]
    if cut and len(lines) > 1:
        lines.pop()
    objects = []
    for line in lines:
        try:
            found = json.loads(line, parse_int=str, parse_float=str)
        except ValueError:
            continue
        if isinstance(found, dict):
            objects.append(found)
    if not objects:
        raise SourceError(f"{path}: no line is a JSON object. Write one object a line.")
    names = tuple(dict.fromkeys(name for found in objects for name in found))
    rows = [tuple(_json_text(found.get(name)) for name in names) for found in objects]
    return (names, *rows)


def _json_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _delimiter(path: Path, text: str, whole: bool) -> str:
    best, quality = "", (0.0, 1)
    for candidate in (*DELIMITERS, SPACES):
        rows = _csv_rows(text, candidate, whole)
        width = len(rows[0]) if rows else 0
        agree = sum(len(row) == width for row in rows) / len(rows) if rows else 0.0
        spaced = candidate == SPACES
        if (
            width >= (3 if spaced else 2)
            and not (spaced and agree < 1)
            and (round(agree, 2), width) > quality
        ):
            best, quality = candidate, (round(agree, 2), width)
    if not best:
        raise SourceError(
            f"{path}: its first line is one field: {_short(text)!r}. Expected columns separated by , ; tab or |."
        )
    return best


def _short(text: str) -> str:
    line = text.lstrip().splitlines()[0]
    return line if len(line) <= 60 else line[:57] + "..."


def _csv_rows(text: str, delimiter: str, whole: bool) -> list[tuple[str, ...]]:
    """Return the first rows of a text, without blank lines; a last row that was cut off is left out."""
    if delimiter == SPACES:
        lines = [tuple(line.split()) for line in text.splitlines()[: MOST_ROWS + 1]]
    else:
        before = csv.field_size_limit(HEAD * 4)
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            lines = [tuple(row) for row in itertools.islice(reader, MOST_ROWS + 1)]
        except csv.Error:
            return []
        finally:
            csv.field_size_limit(before)
    if len(lines) > MOST_ROWS or not whole:
        lines.pop()
    return [line for line in lines if line]
