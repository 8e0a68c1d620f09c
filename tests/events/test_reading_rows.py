"""The SQL that reads fields, money and time, against plain Python that says the same in another way."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.events.fields import RawShape, column, fields, split_line
from willbuy.events.numbers import minor_units, most_digits, price_text, whole_number
from willbuy.events.presets import ResolvedSource
from willbuy.events.times import read_time

Engine = Any
"""A connection. The engine's own type is not named: the property runner keeps signatures until the very end."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        yield connection


def ask(engine: Engine, expression: str, texts: list[str | None], name: str = "x") -> list[Any]:
    """The expression's value for each text."""
    rows = f"SELECT unnest(?::VARCHAR[]) AS {name}, generate_subscripts(?::VARCHAR[], 1) AS place"
    found = engine.execute(f"SELECT {expression} FROM ({rows}) ORDER BY place", [texts, texts]).fetchall()
    return [row[0] for row in found]


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=8)


@given(
    st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t", "|", "."]),
)
def test_lines_split_as_the_csv_module_splits_them(
    engine: Engine, rows: list[list[str]], delimiter: str
) -> None:
    lines = []
    for row in rows:
        written = io.StringIO()
        csv.writer(written, delimiter=delimiter, lineterminator="").writerow(row)
        lines.append(written.getvalue())
    shape = RawShape("csv", ("a", "b", "c"), delimiter)
    wanted = ", ".join(column(shape, name, shape.columns, quotes=True) for name in shape.columns)
    rows_sql = "SELECT unnest(?::VARCHAR[]) AS raw, generate_subscripts(?::VARCHAR[], 1) AS place"
    split = f"SELECT {fields(shape, shape.columns, quotes=True)} AS f, place FROM ({rows_sql})"
    found = engine.execute(
        f"SELECT {wanted}, len(f) FROM ({split}) ORDER BY place", [lines, lines]
    ).fetchall()
    assert found == [(*(field or None for field in row), 3) for row in rows]
    assert [split_line(line, delimiter) for line in lines] == rows


@given(st.lists(st.text(st.sampled_from('ab",;'), max_size=12), min_size=1, max_size=50))
def test_the_header_is_split_as_the_rows_are(engine: Engine, lines: list[str]) -> None:
    shape = RawShape("csv", ("a",), ",")
    found = ask(engine, fields(shape, (), quotes=True), list(lines), "raw")
    plain = [split_line(line, ",") for line in lines]
    unquoted = [
        None if f is None else [x[1:-1].replace('""', '"') if x.startswith('"') else x for x in f]
        for f in found
    ]
    assert unquoted == plain


def exact(text: str, digits: int) -> int | None:
    """The meaning of a price in plain Python: decimals only, nothing rounded, bounded."""
    text = text.strip(" ")
    if not text or set(text) - set("0123456789+-."):
        return None
    try:
        value = Decimal(text).scaleb(digits)
    except InvalidOperation:
        return None
    whole = text.lstrip("+-").split(".")[0]
    return int(value) if value == value.to_integral_value() and len(whole) <= most_digits(digits) else None


PRICES = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9).map(
        str
    ),
    st.from_regex(r"[-+]?[0-9]{0,16}[.]?[0-9]{0,6}", fullmatch=True),
    st.sampled_from(
        [
            "1e5",
            "NaN",
            "inf",
            "",
            ".",
            "-",
            "+.5",
            "0x1",
            "1_0",
            "1,5",
            " 2.5 ",
            "--1",
            "1-1",
            "1.2.3",
            "\u0661",
        ]
    ),
)


@given(st.lists(PRICES, min_size=1, max_size=50), st.integers(0, 4))
def test_money_is_exact(engine: Engine, prices: list[str], digits: int) -> None:
    found = ask(engine, minor_units(price_text("x", "."), digits), list(prices))
    assert found == [exact(price, digits) for price in prices]


@given(
    st.lists(
        st.one_of(
            st.integers(-(10**15) + 1, 10**15 - 1).map(str), st.sampled_from(["1.5", "6.0", "1e3", "", "x"])
        )
    )
)
def test_quantities_are_whole(engine: Engine, texts: list[str]) -> None:
    wanted = [
        int(float(text)) if text in ("6.0",) else int(text) if text.lstrip("-").isdigit() else None
        for text in texts
    ]
    assert ask(engine, whole_number("x"), list(texts)) == wanted


ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
)
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2025, 1, 1)).map(
    lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)
)


def moments(
    engine: Engine, texts: list[str], source: ResolvedSource
) -> list[tuple[datetime | None, str | None]]:
    sql = "SELECT unnest(?::VARCHAR[]) AS time_text, generate_subscripts(?::VARCHAR[], 1) AS place"
    for layer in read_time("time", source, native=False):
        sql = f"SELECT *, {', '.join(f'{expression} AS {name}' for name, expression in layer.items())} FROM ({sql})"
    return engine.execute(f"SELECT time, time_fault FROM ({sql}) ORDER BY place", [texts, texts]).fetchall()


def to_utc(local: datetime, zone: str) -> tuple[datetime | None, str | None]:
    """What a local time means, by Python's own zones."""
    place = ZoneInfo(zone)
    instants = {local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = {moment for moment in instants if moment.astimezone(place).replace(tzinfo=None) == local}
    if len(real) == 1:
        return real.pop().replace(tzinfo=None), None
    return None, "ambiguous" if real else "nonexistent"


@given(st.lists(MOMENTS, min_size=1, max_size=50), st.sampled_from(ZONES))
def test_local_times_are_what_python_says(engine: Engine, locals_: list[datetime], zone: str) -> None:
    source = ResolvedSource({}, time_unit="text", time_zone=zone)
    texts = [local.isoformat(sep=" ") for local in locals_]
    assert moments(engine, texts, source) == [to_utc(local, zone) for local in locals_]


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clock(engine: Engine, zone: str) -> None:
    place = ZoneInfo(zone)
    hours = [datetime(2005, 1, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(24 * 365 * 20)]
    offsets = [hour.astimezone(place).utcoffset() for hour in hours]
    changes = [
        hour for hour, before, after in zip(hours[1:], offsets, offsets[1:], strict=False) if before != after
    ]
    near = [
        change.astimezone(place).replace(tzinfo=None, fold=0) + timedelta(minutes=minutes)
        for change in changes
        for minutes in range(-150, 151, 15)
    ]
    source = ResolvedSource({}, time_unit="text", time_zone=zone)
    texts = [local.isoformat(sep="T") for local in near]
    assert moments(engine, texts, source) == [to_utc(local, zone) for local in near]


@given(
    st.lists(st.integers(-(10**10), 10**10), min_size=1),
    st.sampled_from([("s", 10**6), ("ms", 10**3), ("us", 1)]),
)
def test_epoch_numbers(engine: Engine, numbers: list[int], unit: tuple[Any, int]) -> None:
    source = ResolvedSource({}, time_unit=unit[0])
    epoch = datetime(1970, 1, 1)
    wanted = [(epoch + timedelta(microseconds=number * unit[1]), None) for number in numbers]
    assert moments(engine, [f"{number}" for number in numbers], source) == wanted
    padded = [f"0{number}" if number >= 0 else f"-0{-number}" for number in numbers]
    assert moments(engine, padded, source) == wanted
