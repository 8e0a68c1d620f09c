"""SQL that reads a log's times: text of one value -> its UTC moment, null where it cannot be read."""

from collections.abc import Sequence

from willbuy.events.presets.resolved import ISO
from willbuy.warehouse.duckdb import DuckDBDialect

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}
_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?"
_OFFSET = r"( ?Z| ?UTC|[+-]\d{2}(:?\d{2})?)"
_sql = DuckDBDialect()


def is_number(value: str = "time") -> str:
    """SQL: the text is a plain number, perhaps with decimals."""
    return f"regexp_full_match({value}, '-?[0-9]+([.][0-9]+)?')"


def is_iso(value: str = "time") -> str:
    """SQL: the text is an ISO 8601 day or moment."""
    return f"regexp_full_match({value}, {_sql.text(f'{_DAY}({_CLOCK}({_OFFSET})?)?')})"


def has_offset(value: str = "time") -> str:
    """SQL: the text is an ISO 8601 moment that says its offset from UTC."""
    return f"regexp_full_match({value}, {_sql.text(_DAY + _CLOCK + _OFFSET)})"


def says_zone(form: str) -> bool:
    """Whether values of this format carry their zone, so that none needs to be declared.

    >>> says_zone("%Y-%m-%d %H:%M:%S UTC"), says_zone("%d/%b/%Y:%H:%M:%S %z"), says_zone("%Y%m%d")
    (True, True, False)
    """
    return "%z" in form or form.endswith((" UTC", "Z"))


def utc(unit: str | None, formats: Sequence[str], zone: str | None, value: str = "time") -> str:
    """SQL for the UTC moment. `zone` is the clock of values that carry none; None reads them as UTC."""
    if unit in PER_SECOND:
        factor = 1_000_000 // PER_SECOND[str(unit)]
        return f"make_timestamp(TRY_CAST(round(TRY_CAST({value} AS DECIMAL(30, 6)) * {factor}) AS BIGINT))"
    readers = [_iso(zone, value) if form == ISO else _strptime(form, zone, value) for form in formats]
    return f"coalesce({', '.join(readers)})" if len(readers) > 1 else readers[0]


def _iso(zone: str | None, value: str) -> str:
    moved = f"TRY_CAST(regexp_replace({value}, ' ?(Z|UTC)$', '+00') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    local = _to_utc(f"TRY_CAST({value} AS TIMESTAMP)", zone)
    return f"CASE WHEN {has_offset(value)} THEN {moved} WHEN {is_iso(value)} THEN {local} END"


def _strptime(form: str, zone: str | None, value: str) -> str:
    parsed = f"try_strptime({value}, {_sql.text(form)})"
    if "%z" in form:
        return f"({parsed} AT TIME ZONE 'UTC')"
    return parsed if says_zone(form) else _to_utc(parsed, zone)


def _to_utc(local: str, zone: str | None) -> str:
    return (
        local if zone in (None, "UTC") else f"(timezone({_sql.text(str(zone))}, {local}) AT TIME ZONE 'UTC')"
    )
