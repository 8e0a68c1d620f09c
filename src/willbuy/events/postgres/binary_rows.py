"""Rows as COPY takes them in binary: whole blocks are laid out at once, and the server has no text to read.

A row is the number of its columns, then each value behind its length in bytes (-1: null); numbers have their most significant
byte first. Source: PostgreSQL 18, SQL commands, COPY, "Binary Format".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What comes before the first row."""

TAIL = b"\xff\xff"
"""What comes after the last row."""

SINCE_1970 = 946_684_800_000_000
"""PostgreSQL counts microseconds from 2000 on."""

_FIXED = {"bigint": ">i8", "integer": ">i4", "boolean": "?", "timestamp without time zone": ">i8"}


@dataclass(frozen=True)
class Coded:
    """A column of few texts: the number of each row's text among them."""

    numbers: Any
    texts: Sequence[str]


def binary_rows(kinds: Mapping[str, str], columns: Mapping[str, Any]) -> bytes:
    """Rows, without head and tail. `columns` are arrays of equal length, masked where they hold nulls, by name and in order;
    `kinds` are their types as PostgreSQL names them. Moments are microseconds since 1970.

    >>> binary_rows({"a": "integer", "b": "text"}, {"a": np.array([7]), "b": np.array(["hi"], dtype=object)}).hex(" ", 2)
    '0002 0000 0004 0000 0007 0000 0002 6869'
    """
    laid = [_laid(kinds[name], values) for name, values in columns.items()]
    rows = len(laid[0][0]) if laid else 0
    row = np.dtype([
        ("columns", ">i2"),
        *((f"{what}{at}", kind) for at, (values, _) in enumerate(laid) for what, kind in (("length", ">i4"), ("value", values.dtype))),
    ])  # fmt: skip
    block = np.zeros(rows, row)
    block["columns"] = len(laid)
    for at, (values, lengths) in enumerate(laid):
        block[f"value{at}"], block[f"length{at}"] = values, lengths
    raw = block.view(np.uint8).reshape(rows, row.itemsize)
    if all(isinstance(lengths, int) for _, lengths in laid):
        return raw.tobytes()
    said = np.ones(raw.shape, bool)
    for at, (values, lengths) in enumerate(laid):
        if not isinstance(lengths, int):
            start, width = row.fields[f"value{at}"][1], values.dtype.itemsize  # type: ignore[index]
            said[:, start : start + width] = np.arange(width) < lengths[:, None]
    return raw[said].tobytes()


def _laid(kind: str, values: Any) -> tuple[Any, Any]:
    """A column's values, each of the same width, and how many bytes of each count: one number, where it is the same for all."""
    if isinstance(values, Coded):
        texts, lengths = _texts(values.texts)
        return texts[values.numbers], lengths[values.numbers]
    nulls = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    if kind == "text":
        texts, lengths = _texts(np.ma.filled(values, "").tolist() if nulls is not None else values.tolist())
        return texts, lengths if nulls is None else np.where(nulls, -1, lengths)
    plain = np.asarray(np.ma.filled(values, 0) if nulls is not None else values)
    if kind.startswith("timestamp"):
        plain = plain - SINCE_1970
    fixed = plain.astype(_FIXED[kind])
    if nulls is None or not nulls.any():
        return fixed, fixed.dtype.itemsize
    return fixed, np.where(nulls, -1, fixed.dtype.itemsize)


def _texts(texts: Sequence[str]) -> tuple[Any, Any]:
    written = [text.encode() for text in texts]
    lengths = np.fromiter(map(len, written), np.int32, len(written))
    return np.array(written, dtype=f"S{max(1, lengths.max(initial=0))}"), lengths
