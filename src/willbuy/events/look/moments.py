"""The times of a log, read by the very SQL that ingest reads them with."""

from collections.abc import Sequence
from typing import Literal

from willbuy.events.presets import ResolvedSource
from willbuy.events.times import read_time

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}
Unit = Literal["s", "ms", "us", "text"]


def is_number(value: str = "time") -> str:
    """SQL: the text is a plain number, perhaps with decimals."""
    return f"regexp_full_match({value}, '-?[0-9]+([.][0-9]+)?')"


def with_moment(
    table: str, unit: Unit | None, formats: Sequence[str], zone: str | None, native: bool = False
) -> str:
    """SQL: the rows of a table that has a text column `time`, with its UTC `moment`, null where it cannot be read.

    Beside it stands `moment_local`, which is null for text that carries its offset. `native`: the text is of a
    column that has a timestamp type.
    """
    source = ResolvedSource({}, time_unit=unit, time_formats=tuple(formats), time_zone=zone)
    sql = f"SELECT *, time AS moment_text FROM {table}"
    for layer in read_time("moment", source, native):
        sql = f"SELECT *, {', '.join(f'{made} AS {name}' for name, made in layer.items())} FROM ({sql})"
    return f"({sql})"
