"""Local time in SQL: literal offsets and whole numbers, no engine's time zones."""

from datetime import datetime

from willbuy.durations import DAY, HOUR
from willbuy.warehouse.dialect import Dialect

SHIFT = 1_000_000
"""Days added before a division and taken off after it: engines round it towards zero, days before 1970 go down."""


def local_microseconds(moment: str, offsets: tuple[tuple[datetime, int], ...], dialect: Dialect) -> str:
    """Local microseconds of a timestamp expression: a CASE over the zone's offsets, oldest first."""
    utc = dialect.microseconds(moment)
    *earlier, (_, newest) = offsets
    if not earlier:
        return f"({utc} + {newest})" if newest else utc
    untils = [since for since, _ in offsets[1:]]
    cases = " ".join(
        f"WHEN {moment} < {dialect.timestamp(until)} THEN {offset}"
        for until, (_, offset) in zip(untils, earlier, strict=True)
    )
    return f"({utc} + CASE {cases} ELSE {newest} END)"


def local_day(local: str, dialect: Dialect) -> str:
    """The local day, counted from 1970-01-01, of local microseconds."""
    return f"({dialect.whole(_shifted(local), DAY)} - {SHIFT})"


def utc_hour(moment: str, dialect: Dialect) -> str:
    """The hour, counted from the start of 1970, of a timestamp expression."""
    return f"({dialect.whole(_shifted(dialect.microseconds(moment)), HOUR)} - {SHIFT * 24})"


def local_hour(local: str, dialect: Dialect) -> str:
    """The local hour, 0 to 23, of local microseconds."""
    return dialect.whole(f"({_shifted(local)} % {DAY})", HOUR)


def local_weekday(local: str, dialect: Dialect) -> str:
    """The local weekday, Monday 0 to Sunday 6, of local microseconds."""
    return f"(({dialect.whole(_shifted(local), DAY)} + {(3 - SHIFT) % 7}) % 7)"


def _shifted(local: str) -> str:
    return f"({local} + {SHIFT * DAY})"
