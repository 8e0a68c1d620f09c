"""sniff: format, compression, encoding and delimiter of a file; what is no log is refused in one line."""

import gzip
import random
from pathlib import Path
from typing import Any

import pytest
import zstandard

from events.look.logs import csv_log, iso
from willbuy.errors import SourceError
from willbuy.events.look.sniff import HEAD, MOST_ROWS, sniff

TEXT = "who,when,what\na,2024-03-01,view\nb,2024-03-02,buy\n"


def put(folder: Path, content: bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    shape = sniff(put(tmp_path, csv_log(delimiter=delimiter).encode()))
    assert (shape.format, shape.delimiter, len(shape.rows[0])) == ("csv", delimiter, 5)


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    assert sniff(put(tmp_path, b"who;price\na;1,50\nb;2,75\n")).delimiter == ";"


def test_runs_of_blanks(tmp_path: Path) -> None:
    text = b" 00001 19970101  1   11.77\n 00002 19970112  1   12.00\n 00002 19970112  5   77.00\n"
    shape = sniff(put(tmp_path, text, "CDNOW_master.txt"))
    assert (shape.delimiter, shape.rows[0]) == ("spaces", ("00001", "19970101", "1", "11.77"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_prove_themselves(tmp_path: Path, encoding: str) -> None:
    shape = sniff(put(tmp_path, TEXT.replace("buy", "käufe").encode(encoding)))
    assert shape.rows[0] == ("who", "when", "what")
    assert shape.rows[2][2] == "käufe"


@pytest.mark.parametrize(("compression", "pack"), [("gz", gzip.compress), ("zst", zstandard.compress)])
def test_compression_must_stand_in_the_name(tmp_path: Path, compression: str, pack: Any) -> None:
    shape = sniff(put(tmp_path, pack(TEXT.encode()), f"log.csv.{compression}"))
    assert (shape.compression, len(shape.rows)) == (compression, 3)
    with pytest.raises(SourceError, match=rf"is compressed, but .*Call it log\.csv\.{compression}"):
        sniff(put(tmp_path, pack(TEXT.encode())))
    with pytest.raises(SourceError, match=r"is not compressed, though .*Call it log\.csv"):
        sniff(put(tmp_path, TEXT.encode(), f"log.csv.{compression}"))


def test_json_lines(tmp_path: Path) -> None:
    lines = b'{"who": "a", "n": 12345678901234567890, "x": 1.50}\n\nbroken\n{"who": "b", "extra": true}\n'
    shape = sniff(put(tmp_path, lines))
    assert shape.format == "jsonl"
    assert shape.rows == (
        ("who", "n", "x", "extra"),
        ("a", "12345678901234567890", "1.50", ""),
        ("b", "", "", "true"),
    )


def test_quotes_and_line_breaks_within_fields(tmp_path: Path) -> None:
    shape = sniff(put(tmp_path, b'a,"b""; drop table x; --",c\n1,"x\ny",3\n2,z,4\n'))
    assert shape.rows == (("a", 'b"; drop table x; --', "c"), ("1", "x\ny", "3"), ("2", "z", "4"))


def test_old_line_ends(tmp_path: Path) -> None:
    assert sniff(put(tmp_path, TEXT.replace("\n", "\r").encode())).rows[1] == ("a", "2024-03-01", "view")


def test_only_the_head_is_read_and_its_last_line_is_left_out(tmp_path: Path) -> None:
    line = "a," + "x" * 4_000 + ",view\n"
    shape = sniff(put(tmp_path, ("who,when,what\n" + line * 1_000).encode()))
    assert {len(row) for row in shape.rows} == {3}
    assert {len(row[1]) for row in shape.rows[1:]} == {4_000}
    assert len(shape.rows) <= HEAD // 4_000 + 1


def test_at_most_so_many_rows(tmp_path: Path) -> None:
    assert len(sniff(put(tmp_path, b"a,b\n" + b"1,2\n" * 5_000)).rows) == MOST_ROWS


def test_a_declared_encoding_is_taken(tmp_path: Path) -> None:
    path = put(tmp_path, TEXT.replace("buy", "käufe").encode("cp1252"))
    assert sniff(path, encoding="cp1252").rows[2][2] == "käufe"


NOISE = random.Random(1).randbytes(10_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"  \n\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"PK\x03\x04" + b"x" * 40, r"\(\.xlsx\)"),
        (b"BZh9" + NOISE, "bzip2"),
        (b"SQLite format 3\x00" + NOISE, "SQLite"),
        (NOISE, "is binary"),
        (b"PAR1" + NOISE, "damaged Parquet"),
        (gzip.compress(TEXT.encode() * 9, mtime=0)[:-20], "cannot be read"),
        (gzip.compress(NOISE, mtime=0)[:60] + b"zzzz", "cannot be read"),
        (zstandard.compress(NOISE)[:500] + b"zzzz", "cannot be read|is binary"),
        (b"\x28\xb5\x2f\xfd", "cannot be read|is empty"),
        (b'[{"a": 1}]', "one JSON array"),
        (b"<!DOCTYPE html><html>404</html>", "web page"),
        (b"{not json\n{nor this\n", "no line is a JSON object"),
        (b"just some words\nand more words here\n", "its first line is one field: 'just some words'"),
        (
            TEXT.replace("buy", "käufe").encode("latin-1"),
            r"not utf-8: byte 0xe4 in line 3\. .*--encoding cp1252",
        ),
        (TEXT.encode("utf-16-le"), "--encoding utf-16-le"),
        (TEXT.encode("utf-16-be"), "--encoding utf-16-be"),
    ],
)
def test_what_is_no_log_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    suffix = {b"\x1f\x8b": ".gz", b"\x28\xb5": ".zst"}.get(content[:2], "")
    with pytest.raises(SourceError, match=message) as raised:
        sniff(put(tmp_path, content, f"x.csv{suffix}"))
    assert "\n" not in str(raised.value)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"is a folder\. Name its files"):
        sniff(tmp_path)
    with pytest.raises(SourceError, match="no file at"):
        sniff(tmp_path / "none.csv")


def test_unknown_encoding(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="unknown encoding 'klingon'"):
        sniff(put(tmp_path, TEXT.encode()), encoding="klingon")


def test_a_field_of_a_million_letters(tmp_path: Path) -> None:
    shape = sniff(put(tmp_path, b"who,when,what\na," + b"x" * 1_000_000 + b",view\nb,2024-03-01,buy\n"))
    assert shape.delimiter == ","
    assert [len(row[1]) for row in shape.rows[1:]] == [1_000_000, 10]


def test_a_zip_bomb_is_read_no_further_than_the_head(tmp_path: Path) -> None:
    bomb = gzip.compress(b"who,when,what\n" + b"a,2024-03-01,view\n" * 6_000_000)
    assert sniff(put(tmp_path, bomb, "bomb.csv.gz")).rows[0] == ("who", "when", "what")


def test_iso_is_what_it_says() -> None:
    assert csv_log(iso).splitlines()[1].split(",")[1] == "2024-03-01 08:00:00"
