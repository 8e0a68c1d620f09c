"""How the times of a log are written: the unit proven from the values, the zone proven or declared.

Nothing here is guessed in silence. Epoch numbers prove their unit when every value falls into the years 1990 to
2100 in exactly one unit and all lie within ten years of each other; text proves its format when exactly one
known format reads every value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from willbuy.errors import SourceError
from willbuy.events.look import moments
from willbuy.events.look.table import Looked
from willbuy.events.presets.resolved import ISO
from willbuy.shop import SourceTime

UNITS: tuple[moments.Unit, ...] = ("s", "ms", "us")
UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}
EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
LATEST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
WIDEST = 3653 * 86_400
TOLERATED = 0.01
"""Values that no unit and no format reads: up to this share they are noted, beyond it init refuses."""

FORMATS = (
    ISO, "%Y%m%d", "%Y%m%d%H%M%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
    "%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S", "%d-%m-%Y", "%m-%d-%Y",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z",
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """How a log writes its times."""

    unit: moments.Unit
    formats: tuple[str, ...]
    naive: bool  # some values carry no offset
    why: str

    @property
    def written(self) -> str:
        """How times are written, in words.

        >>> Clock("ms", ("iso",), False, "").written, Clock("text", ("%Y%m%d",), True, "").written
        ('ms since 1970', 'text as %Y%m%d')
        """
        return f"text as {' or '.join(self.formats)}" if self.unit == "text" else f"{self.unit} since 1970"


def prove(looked: Looked, column: str, declared: SourceTime, by: str = "declared") -> Clock:
    """Return how times are written. Raises SourceError, with the key to declare, where the values prove nothing.

    `declared` is checked against the values; `by` says who declared it.
    """
    if looked.is_timestamp(column):
        return Clock(
            "text", (ISO,), _any_naive(looked, (ISO,), native=True), "the column has a timestamp type"
        )
    total = looked.count("time IS NOT NULL")
    if not total:
        raise SourceError(
            f"column {column!r} (source.columns.time) is empty in every row. Name another column."
        )
    if declared.format is not None or declared.unit == "text":
        given = declared.format or ISO
        return _declared_text(looked, column, (given,) if isinstance(given, str) else given, total, by)
    days = looked.count("regexp_full_match(time, '(19|20)[0-9]{6}([0-9]{6})?')") == total
    if declared.unit is None and (days or looked.count(moments.is_number()) < total * (1 - TOLERATED)):
        return _prove_text(looked, column, total)
    return _prove_epoch(looked, column, declared.unit, total)


def _prove_epoch(looked: Looked, column: str, declared: str | None, total: int) -> Clock:
    number = "TRY_CAST(time AS DOUBLE)"
    found = {
        unit: looked.count(f"{number} >= {EARLIEST * per} AND {number} < {LATEST * per}")
        for unit in UNITS
        for per in (moments.PER_SECOND[unit],)
    }
    inside = {unit: n for unit, n in found.items() if n}
    if len(inside) > 1:
        parts = " and ".join(f"{n:,} are {UNIT_NAMES[unit]}" for unit, n in inside.items())
        raise SourceError(f"column {column!r} mixes units of time: {parts}. Write one unit in the file.")
    unit = next(iter(inside), None)
    if unit is None or total - found[unit] > total * TOLERATED:
        raise SourceError(
            f"column {column!r} is no time: {total - sum(found.values()):,} of {total:,} values lie outside 1990 to "
            f"2100 as seconds, milliseconds and microseconds, such as {looked.example(f'NOT coalesce({number} >= {EARLIEST}, false)')!r}. "
            "Name the column of the time: --column time=NAME"
        )
    if declared not in (None, unit):
        raise SourceError(
            f"column {column!r} is declared as {UNIT_NAMES[str(declared)]} (source.time.unit), but its values are "
            f'{UNIT_NAMES[unit]}, such as {looked.example("time IS NOT NULL")!r}. Declare source.time.unit = "{unit}".'
        )
    _check_width(looked, column, unit, declared)
    why = f"proven: every value is a moment between 1990 and 2100 in {UNIT_NAMES[unit]}, and in no other unit"
    return Clock(unit, (ISO,), False, why)


def _check_width(looked: Looked, column: str, unit: str, declared: str | None) -> None:
    if declared is not None:
        return
    per = moments.PER_SECOND[unit]
    number = "TRY_CAST(time AS DOUBLE)"
    ((low, high),) = looked.rows(
        f"SELECT min({number}), max({number}) FROM looked WHERE {number} >= {EARLIEST * per} AND {number} < {LATEST * per}"
    )
    if high - low > WIDEST * per:
        years = (high - low) / per / 86_400 / 365.25
        raise SourceError(
            f"the values of column {column!r} would span {years:.0f} years as {UNIT_NAMES[unit]}: too wide to prove "
            f"the unit. Declare it: --time-unit {unit}"
        )


def _declared_text(looked: Looked, column: str, formats: Sequence[str], total: int, by: str) -> Clock:
    read = _count(looked, formats)
    if total - read > total * TOLERATED:
        raise SourceError(
            f"column {column!r}: {total - read:,} of {total:,} values are not written as source.time.format says "
            f"({' or '.join(formats)}), such as {_unread(looked, formats)!r}. Declare another: --time-format"
        )
    return Clock("text", tuple(formats), _any_naive(looked, formats), by)


def _prove_text(looked: Looked, column: str, total: int) -> Clock:
    sample = [
        str(value) for (value,) in looked.rows("SELECT time FROM looked WHERE time IS NOT NULL LIMIT 200")
    ]
    hopeful = [form for form in FORMATS if sum(reads(form, value) for value in sample) >= 0.5 * len(sample)]
    counts = {form: _count(looked, [form]) for form in hopeful}
    best = max(counts.values(), default=0)
    winners = [form for form in hopeful if counts[form] == best]
    if not best or total - best > total * TOLERATED:
        raise SourceError(
            f"column {column!r}: no one way of writing times reads all {total:,} values, such as "
            f"{_unread(looked, winners[:1] or [ISO])!r}. Declare how they are written: --time-format '%d.%m.%Y %H:%M' "
            "(as for strptime), or name another column: --column time=NAME"
        )
    if len(winners) > 1:
        raise SourceError(
            f"column {column!r} can be read in {len(winners)} ways ({' or '.join(winners)}): "
            f"{looked.example('time IS NOT NULL')!r} does not say which is the day. "
            f"Declare it: --time-format '{winners[0]}'"
        )
    return Clock(
        "text", (winners[0],), _any_naive(looked, winners), "proven: it reads every value, and no other does"
    )


def reads(form: str, value: str) -> bool:
    """Whether a format reads a value, for a first choice in plain Python.

    >>> reads("%d.%m.%Y", "31.12.2024"), reads("%m.%d.%Y", "31.12.2024"), reads("iso", "2024-12-31 23:59:59 UTC")
    (True, False, True)
    """
    try:
        if form == ISO:
            datetime.fromisoformat(value.removesuffix("UTC").rstrip())
        else:
            datetime.strptime(value, form)
    except ValueError:
        return False
    return True


def _count(looked: Looked, formats: Sequence[str]) -> int:
    """How many values one of the formats reads."""
    read = moments.with_moment("looked", "text", formats, "UTC")
    ((found,),) = looked.rows(f"SELECT count(moment) FROM {read}")
    return int(found)


def _unread(looked: Looked, formats: Sequence[str]) -> str:
    """A value that none of the formats reads."""
    read = moments.with_moment("looked", "text", formats, "UTC")
    return looked.example("time IS NOT NULL AND moment IS NULL", read)


def _any_naive(looked: Looked, formats: Sequence[str], native: bool = False) -> bool:
    """Whether some values carry no offset, in their text or (` UTC`) in their format."""
    if all(form.endswith(("UTC", "Z")) for form in formats):
        return False
    read = moments.with_moment("looked", "text", formats, "UTC", native)
    ((found,),) = looked.rows(f"SELECT count(moment_local) FROM {read}")
    return bool(found)
