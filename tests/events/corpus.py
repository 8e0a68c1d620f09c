"""A corpus of bad files, as code: each with its declared outcome.

`make(folder)` writes the file; the outcome says how many rows are accepted, how many are refused by which rule, how
many are duplicates; or which words the error holds when the whole file is refused.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import zstandard

HEADER = "user,ts,what,item,price,qty"
MAPPING: dict[str, Any] = {
    "columns": {
        "entity": "user",
        "time": "ts",
        "kind": "what",
        "item": "item",
        "price": "price",
        "quantity": "qty",
    },
    "kinds": {"view": ["view"], "cart": ["cart"], "purchase": ["buy"]},
    "time": {"unit": "text", "zone": "UTC"},
}
ROWS = (
    "u1,2024-03-01 10:00:00,view,a,1.50,1",
    "u2,2024-03-01 10:00:01,cart,b,2.00,2",
    "u1,2024-03-01 10:00:02,buy,a,1.50,1",
)


@dataclass(frozen=True)
class Accounted:
    """The file is read: rows accepted, refused by rule, duplicates."""

    accepted: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    duplicates: int = 0


@dataclass(frozen=True)
class Refused:
    """The file is refused, with an error that holds these words."""

    words: str


@dataclass(frozen=True)
class BadFile:
    """A file, how the shop declares it, and what must become of it."""

    name: str
    make: Callable[[Path], None]
    outcome: Accounted | Refused
    source: Mapping[str, Any] = field(default_factory=dict)
    file: str = "events.csv"

    def __str__(self) -> str:
        return self.name


def _bytes(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def _text(*lines: str, header: str | None = HEADER, end: str = "\n", encoding: str = "utf-8") -> bytes:
    whole = [*([header] if header is not None else []), *lines]
    return "".join(line + end for line in whole).encode(encoding)


def csv(
    name: str, outcome: Accounted | Refused, *lines: str, source: Mapping[str, Any] | None = None, **how: Any
) -> BadFile:
    """A CSV file of these lines under the usual header."""
    return BadFile(name, _bytes(_text(*lines, **how)), outcome, source or {})


def raw(name: str, outcome: Accounted | Refused, content: bytes, **more: Any) -> BadFile:
    """A file of these bytes."""
    return BadFile(name, _bytes(content), outcome, **more)


def parquet(
    name: str, outcome: Accounted | Refused, sql: str, source: Mapping[str, Any] | None = None
) -> BadFile:
    """A Parquet file of a query's rows."""

    def make(path: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")

    return BadFile(name, make, outcome, source or {}, "events.parquet")


def _broken_parquet(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'u' AS user, range AS ts FROM range(1000)) TO '{path}' (FORMAT parquet)"
        )
    path.write_bytes(path.read_bytes()[:-12] + b"PAR1PAR1PAR1")


def _damaged_parquet(path: Path) -> None:
    rows = "SELECT 'u' || range AS user, TIMESTAMP '2024-03-01' AS ts, 'view' AS what, 'i' AS item, 1 AS price, 1 AS qty"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({rows} FROM range(50000)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    content = bytearray(path.read_bytes())
    content[200:4000] = b"\xff" * 3800
    path.write_bytes(bytes(content))


def _gz_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(_text(*ROWS))
        line = (b"u1,2024-03-01 10:00:00,view," + b"0" * 4000 + b",1,1\n") * 256
        for _ in range(100):
            file.write(line)


def _zst_bomb(path: Path) -> None:
    with path.open("wb") as raw_file, zstandard.ZstdCompressor().stream_writer(raw_file) as file:
        line = b"u1,2024-03-01 10:00:00,view,a,1,1\n" * 32768
        for _ in range(100):
            file.write(line)


def _no_line_ends(path: Path) -> None:
    with path.open("wb") as file:
        file.write(_text(*ROWS))
        for _ in range(20):
            file.write(b"x" * (1 << 20))


def _json(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def _event(**changes: Any) -> dict[str, Any]:
    base = {"user": "u1", "ts": "2024-03-01 10:00:00", "what": "view", "item": "a", "price": 1.5, "qty": 1}
    return {**base, **changes}


def _compressed(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(data)


def _swap(column: int, *values: str) -> list[str]:
    """The usual first row, with another value in one column; one row a value."""
    parts = ROWS[0].split(",")
    return [",".join([*parts[:column], value, *parts[column + 1 :]]) for value in values]


def jsonl(
    name: str, outcome: Accounted | Refused, *rows: Any, source: Mapping[str, Any] | None = None
) -> BadFile:
    """A JSON lines file."""
    return BadFile(name, _bytes(_json(*rows)), outcome, source or {}, "events.jsonl")


THREE = Accounted(3)
GOOD = _text(*ROWS)
ACCENT = ROWS[0].replace("a,1.50", "caf\u00e9,1.50")

SHAPES = (
    raw("utf8_bom", THREE, b"\xef\xbb\xbf" + GOOD),
    raw("utf16_le_bom", THREE, b"\xff\xfe" + GOOD.decode().encode("utf-16-le")),
    raw("utf16_be_bom", THREE, b"\xfe\xff" + GOOD.decode().encode("utf-16-be")),
    raw("utf32_le_bom", THREE, GOOD.decode().encode("utf-32")),
    raw("utf16_without_bom", Refused("UTF-16"), GOOD.decode().encode("utf-16-le")),
    raw("utf16_without_bom_declared", THREE, GOOD.decode().encode("utf-16-le"), source={"encoding": "utf-16-le"}),
    raw("utf16_cut_in_a_character", Refused("not written in"), b"\xff\xfe" + GOOD.decode().encode("utf-16-le")[:-1]),
    csv("latin1_undeclared", Accounted(3, {"not_utf8": 1}), ACCENT, *ROWS, encoding="latin-1"),
    csv("latin1_declared", Accounted(4), ACCENT, *ROWS, encoding="latin-1", source={"encoding": "latin-1"}),
    csv("cp1252_declared", Accounted(1), ROWS[0].replace(",a,", ",\u20ac5,"), encoding="cp1252", source={"encoding": "cp1252"}),
    raw("cp1252_impossible_byte", Refused("not written in cp1252"), GOOD + b"u\x81,x\n", source={"encoding": "cp1252"}),
    csv("no_ascii_at_all", THREE, *[row.replace("u", "\u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b\u044c", 1) for row in ROWS]),
    raw("nul_in_a_line", Accounted(3, {"nul": 1}), GOOD + b"u1,2024-03-01 10:00:00,vi\0ew,a,1,1\n"),
    raw("nul_everywhere", Refused("NUL"), b"\0" * 4096),
    raw("nul_and_not_utf8", Accounted(3, {"not_utf8": 1}), GOOD + b"\xff\0,,,,,\n"),
    csv("cr_only", THREE, *ROWS, end="\r"),
    csv("crlf", THREE, *ROWS, end="\r\n"),
    raw("mixed_line_ends", THREE, f"{HEADER}\r\n{ROWS[0]}\n{ROWS[1]}\r{ROWS[2]}".encode()),
    raw("crlf_blank_lines", THREE, f"\r\n\r\n{HEADER}\r\n\r\n{ROWS[0]}\r\n\r\n{ROWS[1]}\r\n{ROWS[2]}\r\n\r\n".encode()),
    raw("no_last_line_end", THREE, GOOD[:-1]),
    raw("cut_in_a_row", Accounted(2, {"columns": 1}), GOOD[:-9]),
    raw("cut_in_a_quote", Accounted(3, {"quote": 1}), GOOD + b'u9,2024-03-01 10:00:00,view,"never clo'),
    csv("quote_over_two_lines", Accounted(3, {"quote": 1, "columns": 1}), 'u9,2024-03-01 10:00:00,view,"two', 'lines",1,1', *ROWS),
    csv("quotes_done_right", Accounted(2), '"u1","2024-03-01 10:00:00","view","a, ""b""","1.50","1"', 'u2,2024-03-01 10:00:00,view,5" disk,1,1'),
    csv("text_after_a_quote", Accounted(3, {"quote": 1}), 'u9,2024-03-01 10:00:00,view,"a"b,1,1', *ROWS),
    csv("too_many_fields", Accounted(3, {"columns": 2}), ROWS[0] + ",x", ROWS[0] + ",", *ROWS),
    csv("too_few_fields", Accounted(3, {"columns": 1}), "u1,2024-03-01 10:00:00", *ROWS),
    csv("column_renamed", Refused("Did you mean 'User'"), *ROWS, header="User,ts,what,item,price,qty"),
    csv("column_missing", Refused("no column 'price'"), "u1,2024-03-01 10:00:00,view,a,1", header="user,ts,what,item,qty"),
    csv("column_twice", Refused("'price' twice"), ROWS[0] + ",7", header=HEADER + ",price"),
    csv("unmapped_column_twice", Accounted(1), ROWS[0] + ",7,8", header=HEADER + ",extra,extra"),
    csv("header_spaces", Refused("no column 'ts'"), *ROWS, header="user, ts, what, item, price, qty"),
    csv("hostile_header", Accounted(1), ROWS[0] + ",1,2", header=HEADER + ',"b""; DROP TABLE events; --",\'; DROP VIEW x; --'),
    csv("no_header", Refused("no column 'user'"), *ROWS, header=None),
    csv("no_header_declared", THREE, *ROWS, header=None, source={"header": HEADER.split(",")}),
    raw("empty", Refused("is empty"), b""),
    raw("only_a_bom", Refused("is empty"), b"\xef\xbb\xbf"),
    raw("blank_lines_only", Refused("blank lines"), b"\n\n\n"),
    csv("header_only", Accounted(0)),
    raw("header_without_line_end", Accounted(0), HEADER.encode()),
    raw("header_quote_open", Refused("quote in the header"), b'user,"ts\n1,2\n'),
    csv("semicolons", Refused("no column 'user'"), ROWS[0].replace(",", ";"), header=HEADER.replace(",", ";")),
    csv("semicolons_declared", Accounted(1), ROWS[0].replace(",", ";"), header=HEADER.replace(",", ";"), source={"delimiter": ";"}),
    csv("tabs_declared", Accounted(1), ROWS[0].replace(",", "\t"), header=HEADER.replace(",", "\t"), source={"delimiter": "\t"}),
    csv("pipe_declared", Accounted(1), ROWS[0].replace(",", "|"), header=HEADER.replace(",", "|"), source={"delimiter": "|"}),
    csv("field_of_a_million", Accounted(3, {"id_too_long": 1}), *_swap(3, "x" * 1_000_000), *ROWS),
    csv("line_over_a_megabyte", Accounted(3, {"line_too_long": 1}), *_swap(3, "x" * 1_100_000), *ROWS),
    BadFile("line_without_end", _no_line_ends, Refused("longer than 16 MB")),
    raw("control_bytes", Accounted(4), GOOD + b"u1,2024-03-01 10:00:00,view,\x01\x02\x07,1,1\n"),
    raw("every_control_byte", Accounted(4), GOOD + b"u1,2024-03-01 10:00:00,view," + bytes([*range(1, 9), *range(14, 32)]) + b",1,1\n"),
    csv("nothing_readable", Refused("not one of its 3 rows"), *[row.replace("2024", "24") for row in ROWS]),
    csv("no_entity_anywhere", Refused("entity_missing"), *_swap(0, "", "", "")),
    raw("binary", Refused(""), bytes(range(256)) * 64),
)  # fmt: skip

PACKED = (
    raw("gz", THREE, gzip.compress(GOOD), file="events.csv.gz"),
    raw("gz_two_members", THREE, gzip.compress(_text(ROWS[0])) + gzip.compress(_text(*ROWS[1:], header=None)), file="events.csv.gz"),
    raw("gz_cut", Refused("cut or damaged"), gzip.compress(GOOD * 50)[:-20], file="events.csv.gz"),
    raw("gz_trailing_garbage", Refused("cut or damaged"), gzip.compress(GOOD) + b"garbage", file="events.csv.gz"),
    raw("gz_that_is_none", Refused("cut or damaged"), GOOD, file="events.csv.gz"),
    raw("gz_bad_checksum", Refused("cut or damaged"), gzip.compress(GOOD)[:-8] + b"\0" * 8, file="events.csv.gz"),
    BadFile("gz_bomb", _gz_bomb, Refused("over 250 times"), file="events.csv.gz"),
    raw("zst", THREE, _compressed(GOOD), file="events.csv.zst"),
    raw("zst_two_frames", THREE, _compressed(_text(ROWS[0])) + _compressed(_text(*ROWS[1:], header=None)), file="events.csv.zst"),
    raw("zst_cut", Refused("cut or damaged"), _compressed(GOOD * 50)[:-9], file="events.csv.zst"),
    raw("zst_that_is_none", Refused("cut or damaged"), GOOD, file="events.csv.zst"),
    BadFile("zst_bomb", _zst_bomb, Refused("over 250 times"), file="events.csv.zst"),
    raw("plain_named_otherwise", Refused("cannot tell its format"), GOOD, file="events.dat"),
    raw("plain_declared", THREE, GOOD, file="events.dat", source={"format": "csv"}),
)  # fmt: skip

_P = "SELECT 'u1' AS \"user\", TIMESTAMP '2024-03-01 10:00:00' AS ts, 'view' AS what, 'a' AS item, 1.5 AS price, 1 AS qty"

TABLES = (
    parquet("parquet", Accounted(1), _P),
    parquet("parquet_no_rows", Accounted(0), f"{_P} LIMIT 0"),
    parquet("parquet_nulls", Accounted(1, {"entity_missing": 1}), f"{_P} UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL"),
    parquet("parquet_hostile_column", Accounted(1), f"SELECT *, 1 AS \"b\"\"; DROP TABLE x; --\", 2 AS \"it's\" FROM ({_P})"),
    parquet("parquet_float_ids", Refused("is DOUBLE"), f"SELECT * REPLACE (CAST(17850 AS DOUBLE) AS \"user\") FROM ({_P})"),
    parquet("parquet_float_ids_declared", Accounted(1), f"SELECT * REPLACE (CAST(17850 AS DOUBLE) AS \"user\") FROM ({_P})", {"drop_suffix": {"entity": ".0"}}),
    parquet("parquet_single_precision_price", Accounted(1), f"SELECT * REPLACE (CAST(35.79 AS FLOAT) AS price) FROM ({_P})"),
    parquet("parquet_nan_price", Accounted(1, {"price_not_a_number": 2}), f"{_P} UNION ALL SELECT * REPLACE (CAST('nan' AS DOUBLE) AS price) FROM ({_P}) UNION ALL SELECT * REPLACE (CAST('-inf' AS DOUBLE) AS price) FROM ({_P})"),
    parquet("parquet_nested_item", Refused("plain values"), f"SELECT * REPLACE ([1, 2] AS item) FROM ({_P})"),
    parquet("parquet_struct_item", Refused("plain values"), f"SELECT * REPLACE ({{'id': 1}} AS item) FROM ({_P})"),
    parquet("parquet_unmapped_nested", Accounted(1), f"SELECT *, [1, 2] AS extra, {{'a': 1}} AS more FROM ({_P})"),
    parquet("parquet_binary_ids", Refused("plain values"), f"SELECT * REPLACE ('u'::BLOB AS \"user\") FROM ({_P})"),
    parquet("parquet_column_gone", Refused("no column 'price'"), f"SELECT * EXCLUDE (price) FROM ({_P})"),
    parquet("parquet_time_is_text", Accounted(1), f"SELECT * REPLACE ('2024-03-01T10:00:00Z' AS ts) FROM ({_P})"),
    parquet("parquet_zoned_time", Accounted(1), f"SELECT * REPLACE (TIMESTAMPTZ '2024-03-01 10:00:00+02' AS ts) FROM ({_P})", {"time": {"zone": None}}),
    parquet("parquet_time_without_zone", Refused("time_without_zone"), _P, {"time": {"zone": None}}),
    BadFile("parquet_wrong_footer", _broken_parquet, Refused("no sound Parquet"), file="events.parquet"),
    BadFile("parquet_damaged_pages", _damaged_parquet, Refused("no sound Parquet"), file="events.parquet"),
    raw("parquet_that_is_csv", Refused("no sound Parquet"), GOOD, file="events.parquet"),
    raw("parquet_empty_file", Refused("no sound Parquet"), b"", file="events.parquet"),
    jsonl("jsonl", Accounted(2), _event(), _event(user="u2")),
    jsonl("jsonl_broken_lines", Accounted(1, {"json": 4}), b"{", b"[1, 2]", b"not json", b'{"user": "u1"', _event()),
    jsonl("jsonl_null_and_gone", Accounted(1, {"entity_missing": 2}), _event(user=None), {"ts": "2024-03-01"}, _event(price=None, item=None)),
    jsonl("jsonl_numbers_as_ids", Accounted(2, {"id_is_float": 2}), _event(user=7), _event(user=10**39 + 7), _event(user=1.5), _event(item=1e5)),
    jsonl("jsonl_nested", Accounted(1, {"nested": 2}), _event(item=["a"]), _event(user={"id": 1}), _event()),
    jsonl("jsonl_nul_and_surrogate", Accounted(1, {"nul": 1, "json": 1}), _event(user="a\0b"), b'{"user": "\\ud800", "ts": "2024-03-01", "what": "view"}', _event()),
    jsonl("jsonl_hostile_keys", Accounted(1), {**_event(), "/": 1, "~": 2, "'; DROP TABLE x; --": 3}),
    raw("jsonl_bom_crlf", Accounted(1), b"\xef\xbb\xbf" + _json(_event()).replace(b"\n", b"\r\n"), file="events.jsonl"),
    raw("jsonl_gz", Accounted(1), gzip.compress(_json(_event())), file="events.jsonl.gz"),
)  # fmt: skip

_PRICE, _QUANTITY = 4, 5
VALUES = (
    csv("ids_are_text", Accounted(6), *_swap(0, "007", "7", "1e5", "100000", "1" * 20, "1" * 40)),
    csv("items_are_text", Accounted(5), *_swap(3, "007", "7", "1e5", "0x10", "1_000")),
    csv("prices_negative", Accounted(1, {"price_negative": 2}), ROWS[0], *_swap(_PRICE, "-1.50", "-0.01")),
    csv("prices_not_finite", Accounted(1, {"price_not_a_number": 6}), ROWS[0], *_swap(_PRICE, "NaN", "nan", "inf", "-inf", "Infinity", "1e400")),
    csv("prices_with_currency", Accounted(1, {"price_not_a_number": 4}), ROWS[0], *_swap(_PRICE, "$1.50", "1.50 EUR", "\u20ac1", "free")),
    csv("prices_exponent_and_hex", Accounted(1, {"price_not_a_number": 4}), ROWS[0], *_swap(_PRICE, "1e5", "0x10", "1_000", ".")),
    csv("prices_exact", Accounted(6), *_swap(_PRICE, "35.79", "0.1", "5", "5.", ".5", "1.500")),
    csv("prices_too_precise", Accounted(1, {"price_digits": 2}), ROWS[0], *_swap(_PRICE, "1.505", "0.001")),
    csv("currency_without_minor_units", Accounted(3, {"price_digits": 2}), *_swap(_PRICE, "1500", "1500.00", "1500.", "1500.5", ".5"), source={"currency_digits": 0}),
    csv("currency_of_four_digits", Accounted(2, {"price_digits": 1, "price_too_large": 1}), *_swap(_PRICE, "1.2345", "9999999999.9999", "1.23456", "99999999999.9999"), source={"currency_digits": 4}),
    csv("prices_too_large", Accounted(2, {"price_too_large": 2}), ROWS[0], *_swap(_PRICE, "9" * 13, "9" * 14, "1" + "0" * 40)),
    csv("price_missing", Accounted(2), *_swap(_PRICE, "", " ")[:1], ROWS[0]),
    csv("thousands_quoted", Accounted(1, {"price_not_a_number": 1}), ROWS[0], *_swap(_PRICE, '"1,234.50"')),
    csv("decimal_comma_undeclared", Accounted(1, {"price_not_a_number": 1}), ROWS[0].replace(",", ";"), *(row.replace(",", ";") for row in _swap(_PRICE, "@")), header=HEADER.replace(",", ";"), source={"delimiter": ";"}),
    csv("decimal_comma_declared", Accounted(2, {"price_not_a_number": 2}), *(row.replace(",", ";").replace("@", ",") for row in _swap(_PRICE, "1@50", "3", "1.50", "1.234@50")), header=HEADER.replace(",", ";"), source={"delimiter": ";", "decimal": ","}),
    csv("quantities", Accounted(5, {"quantity_not_whole": 5}), *_swap(_QUANTITY, "1", "-3", "+2", "4.0", "", "1.5", "1e3", "many", "NaN", "9" * 16)),
    csv("kinds_unknown", Accounted(3, {"kind_unknown": 3, "kind_missing": 1}), *ROWS, *_swap(2, "View", "view ", "purchase", "")),
    csv("hostile_values", Accounted(1, {"kind_unknown": 1}), *_swap(3, "'); DROP TABLE staged; --"), *_swap(2, "view' OR '1'='1")),
    csv("empty_strings", Accounted(1, {"entity_missing": 2}), ROWS[0], '"",2024-03-01,view,a,1,1', ",2024-03-01,view,a,1,1"),
    csv("id_too_long", Accounted(1, {"id_too_long": 1}), *_swap(0, "x" * 1000, "x" * 1001)),
    csv("equal_rows_are_two_events", Accounted(2), ROWS[0], ROWS[0]),
)  # fmt: skip


def times(name: str, outcome: Accounted | Refused, *values: str, **time: Any) -> BadFile:
    """Rows with these times, declared so."""
    return csv(name, outcome, *_swap(1, *values), source={"time": {"unit": "text", "zone": "UTC", **time}})


S, MS, US = "1709287200", "1709287200000", "1709287200000000"
TIMES = (
    times("seconds", Accounted(3), S, S + ".25", "1709287200.123456", unit="s"),
    times("milliseconds", Accounted(1), MS, unit="ms"),
    times("microseconds", Accounted(1), US, unit="us"),
    times("mixed_units_s", Accounted(1, {"time_out_of_range": 1, "time_unreadable": 1}), S, "170928720000", US, unit="s"),
    times("mixed_units_ms", Accounted(1, {"time_out_of_range": 1, "time_unreadable": 1}), MS, S, US, unit="ms"),
    times("mixed_units_us", Accounted(1, {"time_out_of_range": 2}), US, MS, S, unit="us"),
    times("epoch_not_whole", Accounted(1, {"time_unreadable": 6}), S, "1e9", "0x65e1b2a0", "1_709_287_200", "NaN", "inf", "-", unit="s"),
    times("epoch_negative_and_zero", Accounted(1, {"time_out_of_range": 2}), S, "-1", "0", unit="s"),
    times("numbers_where_text_is_declared", Accounted(1, {"time_unreadable": 1}), "2024-03-01", MS),
    times("offsets_mixed", Accounted(6), "2024-03-01T10:00:00Z", "2024-03-01 10:00:00 UTC", "2024-03-01T12:00:00+02:00", "2024-03-01T12:00:00+0200", "2024-03-01T12:00:00+02", "2024-03-01T05:30:00-04:30"),
    times("offsets_without_declared_zone", Accounted(2, {"time_without_zone": 2}), "2024-03-01T10:00:00Z", "2024-03-01T12:00:00+02", "2024-03-01 10:00:00", "2024-03-01", zone=None),
    times("no_zone_at_all", Refused("time_without_zone"), "2024-03-01 10:00:00", zone=None),
    times("clock_goes_forward", Accounted(2, {"time_nonexistent": 2}), "2024-03-31 01:59:59", "2024-03-31 02:00:00", "2024-03-31 02:59:59", "2024-03-31 03:00:00", zone="Europe/Berlin"),
    times("clock_goes_back", Accounted(3, {"time_ambiguous": 2}), "2024-10-27 01:59:59", "2024-10-27 02:00:00", "2024-10-27 02:59:59", "2024-10-27 03:00:00", "2024-10-27T02:30:00+02:00", zone="Europe/Berlin"),
    times("half_hour_change", Accounted(2, {"time_ambiguous": 1, "time_nonexistent": 1}), "2024-04-07 01:29:00", "2024-04-07 01:45:00", "2024-10-06 02:15:00", "2024-10-06 02:30:00", zone="Australia/Lord_Howe"),
    times("leap_days", Accounted(2, {"time_unreadable": 2}), "2024-02-29 10:00:00", "2000-02-29", "2023-02-29 10:00:00", "2100-02-29"),
    times("impossible_dates", Accounted(1, {"time_unreadable": 6}), "2024-03-01", "2024-13-01", "2024-00-10", "2024-04-31", "2024-03-01 24:00:00", "2024-03-01 10:60:00", "2024-03-01 23:59:60"),
    times("placeholders", Accounted(1, {"time_out_of_range": 4}), "2024-03-01", "1970-01-01", "2262-04-11 23:47:16", "0001-01-01", "9999-12-31"),
    times("words", Accounted(1, {"time_unreadable": 5, "time_missing": 1}), "2024-03-01", "infinity", "epoch", "now", "today", "null", ""),
    times("day_or_month_first", Accounted(1, {"time_unreadable": 3}), "2024-03-01", "03/04/2024", "4.3.2024", "2024/03/04"),
    times("day_first_declared", Accounted(1, {"time_unreadable": 2}), "25/03/2024 10:00", "03/25/2024 10:00", "2024-03-25 10:00", format="%d/%m/%Y %H:%M"),
    times("two_formats_declared", Accounted(2), "25/03/2024", "2024-03-25", format=["%d/%m/%Y", "iso"]),
    times("offset_in_the_format", Accounted(1), "01/Mar/2024:10:00:00 +0200", format="%d/%b/%Y:%H:%M:%S %z", zone=None),
    times("nanoseconds", Accounted(2), "2024-03-01 10:00:00.123456789", "2024-03-01T10:00:00.5Z"),
    times("hostile_format", Refused("not one of its 1 rows"), "2024-03-01", format="%Y-%m-%d'); DROP TABLE x; --"),
)  # fmt: skip

_RECEIVED = {**MAPPING["columns"], "received": "seen", "event_id": "id"}
CLOCKS = (
    csv("received", Accounted(2, {"time_after_received": 1, "received_unreadable": 1, "received_out_of_range": 1}),
        f"{ROWS[0]},2024-03-01 10:04:00,1", f"{ROWS[0]},2024-03-01 09:55:00,2", f"{ROWS[0]},2024-03-01 09:54:59,3",
        f"{ROWS[0]},soon,4", f"{ROWS[0]},1970-01-01,5", header=HEADER + ",seen,id", source={"columns": _RECEIVED}),
    csv("event_ids", Accounted(3, {"event_id_conflict": 1}, duplicates=1),
        f"{ROWS[0]},,1", f"{ROWS[0]},,1", f"{ROWS[2]},,1", f"{ROWS[1]},,1", f"{ROWS[0]},,", header=HEADER + ",seen,id",
        source={"columns": _RECEIVED}),
)  # fmt: skip

CORPUS = (*SHAPES, *PACKED, *TABLES, *VALUES, *TIMES, *CLOCKS)


def source_of(bad: BadFile, path: Path) -> dict[str, Any]:
    """The `[source]` table for a file of the corpus."""
    source = {**MAPPING, **bad.source, "files": [str(path)]}
    if "time" in bad.source:
        source["time"] = {**MAPPING["time"], **bad.source["time"]}
        if source["time"]["unit"] != "text":
            source["time"].pop("zone", None)
    return source
