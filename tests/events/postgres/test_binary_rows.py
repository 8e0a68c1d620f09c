"""What is laid out as COPY takes it in binary is read by the server as the values that went in."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.events.postgres.binary_rows import HEAD, TAIL, Coded, binary_rows

KINDS = {
    "a": "bigint",
    "b": "integer",
    "c": "boolean",
    "d": "timestamp without time zone",
    "e": "text",
    "f": "text",
}
EPOCH = datetime(1970, 1, 1)
LETTERS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
TEXTS = ["view", "", "purchase", "äöü"]
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.booleans(),
        st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
        st.none() | LETTERS,
        st.integers(0, len(TEXTS) - 1),
    ),
    max_size=30,
)


def column(values: list[Any], kind: Any, absent: Any) -> Any:
    """As the engine gives it: masked where there are nulls."""
    nulls = [value is None for value in values]
    plain = np.array([absent if value is None else value for value in values], dtype=kind)
    return np.ma.MaskedArray(plain, mask=nulls) if any(nulls) else plain


def laid_out(rows: list[tuple[Any, ...]]) -> bytes:
    numbers, small, flags, moments, texts, codes = (list(values) for values in zip(*rows, strict=True))
    since = [None if moment is None else (moment - EPOCH) // timedelta(microseconds=1) for moment in moments]
    columns = {
        "a": column(numbers, np.int64, 7),
        "b": column(small, np.int32, 7),
        "c": column(flags, np.bool_, True),
        "d": column(since, np.int64, 7),
        "e": column(texts, object, "?"),
        "f": Coded(np.array(codes, dtype=np.uint8), TEXTS),
    }
    return binary_rows(KINDS, columns)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_the_server_reads_what_was_laid_out(postgres_url: str, rows: list[tuple[Any, ...]]) -> None:
    listed = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"CREATE TEMPORARY TABLE found ({listed})")
        with connection.cursor() as cursor, cursor.copy("COPY found FROM STDIN (FORMAT binary)") as copy:
            copy.write(HEAD)
            if rows:
                copy.write(laid_out(rows))
            copy.write(TAIL)
        found = connection.execute("SELECT * FROM found").fetchall()
        connection.rollback()
    assert found == [(*row[:5], TEXTS[row[5]]) for row in rows]


def test_rows_without_nulls_or_texts_need_no_mask() -> None:
    block = binary_rows(
        {"a": "integer", "b": "boolean"}, {"a": np.array([1, 2]), "b": np.array([True, False])}
    )
    assert block == bytes.fromhex("0002 00000004 00000001 00000001 01 0002 00000004 00000002 00000001 00")
