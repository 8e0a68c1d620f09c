"""SQL that reads moments: epoch numbers and text, to naive UTC timestamps, or the reason why not.

Nothing is guessed: the unit of numbers, the format of text and the zone of times without an offset are declared.
"""

from willbuy.events.presets import ResolvedSource
from willbuy.events.presets.resolved import ISO
from willbuy.warehouse.dialect import Dialect

EARLIEST = "1990-01-01"
LATEST = "2100-01-01"
"""Times outside are refused: they are epoch numbers in another unit, or placeholders such as 1970 and 2262."""

UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_MOST_DIGITS = {"s": 12, "ms": 15, "us": 17}

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?"
_PLAIN = f"{_DAY}(?:[T ]{_CLOCK})?"
_UTC = f"{_DAY}[T ]{_CLOCK} ?(?:Z|UTC)"
_OFFSET = f"{_DAY}[T ]{_CLOCK}[+-][0-9]{{2}}(?::?[0-9]{{2}})?"

Layers = list[dict[str, str]]
"""Columns to compute, layer upon layer: each expression may use the columns of the layers before its own."""

_sql = Dialect()


def read_time(name: str, source: ResolvedSource, native: bool) -> Layers:
    """Return the layers that make `name` and `name_fault` out of the text column `name_text`.

    `name` is NULL where the text could not be read. Then `name_fault` says `without_zone`, `ambiguous` (the clock
    went back over it) or `nonexistent` (the clock jumped over it), or is NULL: unreadable. Whether a moment lies
    between EARLIEST and LATEST is the rules' matter. `native` says that the column is a timestamp by its type
    (Parquet): then neither unit nor format needs to be declared.
    """
    text = f"{name}_text"
    if source.time_unit in UNITS and not native:
        number = {f"{name}_number": f"TRY_CAST({text} AS BIGINT)"}
        return [number, {name: _epoch(name, source.time_unit), f"{name}_fault": "CAST(NULL AS VARCHAR)"}]
    formats = (ISO,) if native else source.time_formats
    local = f"{name}_local", _first([sql for form in formats if (sql := _local(text, form))])
    instant = f"{name}_instant", _first([sql for form in formats if (sql := _instant(text, form))])
    (likely, first), (other, second) = (local, instant) if source.time_zone else (instant, local)
    layers = [{likely: first}, {other: f"CASE WHEN {likely} IS NULL THEN {second} END"}]
    return [*layers, *_to_utc(name, source.time_zone)]


def _epoch(name: str, unit: str) -> str:
    """The cast alone would round 1.5, and read 1e5 and 1_000: so it must give the text back, or match a pattern."""
    text, number = f"{name}_text", f"{name}_number"
    digits, scale = f"-?[0-9]{{1,{_MOST_DIGITS[unit]}}}", UNITS[unit]
    return (
        f"CASE WHEN strlen({text}) <= {_MOST_DIGITS[unit]} AND CAST({number} AS VARCHAR) = {text} "
        f"THEN make_timestamp({number} * {scale}) "
        f"WHEN regexp_full_match({text}, '{digits}') THEN make_timestamp({number} * {scale}) "
        f"WHEN regexp_full_match({text}, '{digits}[.][0-9]{{1,9}}') "
        f"THEN make_timestamp(CAST(floor(CAST({text} AS DECIMAL(36, 9)) * {scale}) AS BIGINT)) END"
    )


def _instant(text: str, form: str) -> str:
    """Text that carries its offset. DuckDB's plain cast would drop the offset without a word."""
    if form == ISO:
        return (
            f"CASE WHEN regexp_full_match({text}, '{_UTC}') THEN TRY_CAST({text} AS TIMESTAMP) "
            f"WHEN regexp_full_match({text}, '{_OFFSET}') THEN timezone('UTC', TRY_CAST({text} AS TIMESTAMPTZ)) END"
        )
    if _carries_offset(form):
        return f"timezone('UTC', try_strptime({text}, {_sql.text(form)}))"
    return ""


def _local(text: str, form: str) -> str:
    if form == ISO:
        return f"CASE WHEN regexp_full_match({text}, '{_PLAIN}') THEN TRY_CAST({text} AS TIMESTAMP) END"
    return "" if _carries_offset(form) else f"try_strptime({text}, {_sql.text(form)})"


def _carries_offset(form: str) -> bool:
    return "%z" in form or "%Z" in form


def _first(expressions: list[str]) -> str:
    return f"coalesce({', '.join(expressions)})" if expressions else "CAST(NULL AS TIMESTAMP)"


def _to_utc(name: str, zone: str | None) -> Layers:
    instant, local = f"{name}_instant", f"{name}_local"
    fault = f"{name}_fault"
    if zone is None:
        return [{name: instant, fault: f"CASE WHEN {local} IS NOT NULL THEN 'without_zone' END"}]
    if zone in ("UTC", "Etc/UTC"):
        return [{name: f"coalesce({instant}, {local})", fault: "CAST(NULL AS VARCHAR)"}]
    return _through_zone(name, zone)


def _through_zone(name: str, zone: str) -> Layers:
    """A local time to UTC by the zone's offsets of the day before and the day after, which agree but near a change.

    Where they differ, the one that leads back to the same local time is right; with both, the time is ambiguous,
    with none, it does not exist.
    """
    place, day = _sql.text(zone), "INTERVAL '1' DAY"
    local, before, after = f"{name}_local", f"{name}_before", f"{name}_after"

    def fits(utc: str) -> str:
        return f"(timezone({place}, timezone('UTC', {utc})) = {local})"

    candidates = {
        before: f"timezone('UTC', timezone({place}, {local} - {day})) + {day}",
        after: f"timezone('UTC', timezone({place}, {local} + {day})) - {day}",
    }
    moment = (
        f"CASE WHEN {name}_instant IS NOT NULL THEN {name}_instant WHEN {before} = {after} THEN {before} "
        f"WHEN {fits(before)} AND NOT {fits(after)} THEN {before} "
        f"WHEN {fits(after)} AND NOT {fits(before)} THEN {after} END"
    )
    fault = (
        f"CASE WHEN {before} <> {after} AND {fits(before)} AND {fits(after)} THEN 'ambiguous' "
        f"WHEN {before} <> {after} AND NOT {fits(before)} AND NOT {fits(after)} THEN 'nonexistent' END"
    )
    return [candidates, {name: moment, f"{name}_fault": fault}]
