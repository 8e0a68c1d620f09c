"""Moments from their text to UTC: the twin of the SQL in `events.times`, with the same faults.

A reader gives microseconds since 1970, or the name of what is wrong: `unreadable`, `without_zone`, `ambiguous`,
`nonexistent`. Whether a moment lies between EARLIEST and LATEST is the rules' matter.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from willbuy.events.live.strptime import LONG_AGO, Parse, compile_format, day_of
from willbuy.events.live.zone_names import zone_named
from willbuy.events.presets import ResolvedSource
from willbuy.events.presets.resolved import ISO
from willbuy.events.times import UNITS

Moment = Callable[[str], int | str]

EPOCH = datetime(1970, 1, 1)
_MOST_DIGITS = {"s": 12, "ms": 15, "us": 17}
_DAY = timedelta(days=1)
_ISO = re.compile(
    "([0-9]{4})-([0-9]{2})-([0-9]{2})"
    "(?:[T ]((?:[01][0-9]|2[0-3])):([0-5][0-9])(?::([0-5][0-9])(?:[.]([0-9]{1,9}))?)?"
    "( ?Z| UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


def micros_of(moment: datetime) -> int:
    """Microseconds from 1970 to a naive UTC time.

    >>> micros_of(datetime(1970, 1, 2))
    86400000000
    """
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def read_time(source: ResolvedSource) -> Moment:
    """A reader of times as the shop's files have them.

    >>> read_time(ResolvedSource({}, time_unit="s"))("1433221332.5")
    1433221332500000
    >>> read_time(ResolvedSource({}, time_unit="text"))("2015-06-02 05:02:12")
    'without_zone'
    """
    if source.time_unit in UNITS:
        return _epoch(source.time_unit)
    local = [_local(form) for form in source.time_formats if not _carries_offset(form)]
    instant = [_instant(form) for form in source.time_formats if form == ISO or _carries_offset(form)]
    return _zoned(local, instant, source.time_zone) if source.time_zone else _unzoned(local, instant)


def read_canonical_time(source: ResolvedSource) -> Moment:
    """A reader of times under their canonical name: as the shop's files have them, or ISO 8601 with its offset.

    >>> read = read_canonical_time(ResolvedSource({}, time_unit="ms"))
    >>> read("1433221332117") == read("2015-06-02T07:02:12.117+02:00")
    True
    """
    own, iso = read_time(source), _instant(ISO)

    def read(text: str) -> int | str:
        found = own(text)
        if type(found) is int:
            return found
        moment = iso(text)
        return found if moment is None else moment

    return read


def _epoch(unit: str) -> Moment:
    scale, most = UNITS[unit], _MOST_DIGITS[unit]
    pattern = re.compile(f"(-?)([0-9]{{1,{most}}})(?:[.]([0-9]{{1,9}}))?")

    def read(text: str) -> int | str:
        if len(text) <= most and text.isdigit() and text.isascii():
            return int(text) * scale
        found = pattern.fullmatch(text)
        if found is None:
            return "unreadable"
        sign, whole, places = found.groups()
        billionths = int(whole) * 10**9 + int((places or "").ljust(9, "0"))
        return (-billionths if sign else billionths) * scale // 10**9

    return read


def _zoned(
    local: list[Callable[[str], datetime | None]], instant: list[Callable[[str], int | None]], name: str
) -> Moment:
    zone = None if name in ("UTC", "Etc/UTC") else ZoneInfo(name)

    def read(text: str) -> int | str:
        for reader in local:
            if (found := reader(text)) is not None:
                return micros_of(found) if zone is None or found == LONG_AGO else to_utc(found, zone)
        return _first(instant, text, "unreadable")

    return read


def _unzoned(
    local: list[Callable[[str], datetime | None]], instant: list[Callable[[str], int | None]]
) -> Moment:
    def read(text: str) -> int | str:
        found = _first(instant, text, "unreadable")
        if found == "unreadable" and any(reader(text) is not None for reader in local):
            return "without_zone"
        return found

    return read


def _first(readers: list[Callable[[str], int | None]], text: str, otherwise: str) -> int | str:
    for reader in readers:
        if (found := reader(text)) is not None:
            return found
    return otherwise


def to_utc(local: datetime, zone: ZoneInfo) -> int | str:
    """A local time to microseconds, by the zone's offsets of the day before and the day after.

    >>> to_utc(datetime(2024, 3, 31, 2, 30), ZoneInfo("Europe/Berlin"))
    'nonexistent'
    >>> to_utc(datetime(2024, 10, 27, 2, 30), ZoneInfo("Europe/Berlin"))
    'ambiguous'
    """
    before, after = (_utc(local + day, zone) - day for day in (-_DAY, _DAY))
    if before == after:
        return micros_of(before)
    fits = [utc for utc in (before, after) if utc + _offset_at(utc, zone) == local]
    if len(fits) == 1:
        return micros_of(fits[0])
    return "ambiguous" if fits else "nonexistent"


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time to UTC: the later of two, and past a gap by as much as the clock jumped."""
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    return local - min(offsets)


def _offset_at(utc: datetime, zone: ZoneInfo) -> timedelta:
    aware = utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
    return aware.utcoffset() or timedelta()


def _carries_offset(form: str) -> bool:
    return "%z" in form or "%Z" in form


def _local(form: str) -> Callable[[str], datetime | None]:
    if form == ISO:
        return _iso_local
    parse = compile_format(form)

    def read(text: str) -> datetime | None:
        found = parse(text)
        return found[0] if found else None

    return read


def _instant(form: str) -> Callable[[str], int | None]:
    if form == ISO:
        return _iso_instant
    parse = compile_format(form)
    return lambda text: _by_its_offset(parse, text)


def _by_its_offset(parse: Parse, text: str) -> int | None:
    found = parse(text)
    if found is None:
        return None
    local, given = found
    if "Z" in given:
        zone = zone_named(given["Z"])
        return micros_of(_utc(local, zone)) if zone else None
    return micros_of(local) - _offset(given.get("z", "+00"))


def _iso(text: str) -> tuple[datetime, str | None] | None:
    """The local time, and the offset that stands behind it."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, places, offset = found.groups()
    if not "0001" < year < "9999":
        edge = day_of(int(year), int(month), int(day))
        return None if edge is None else (edge, offset)
    micros = int(places.ljust(6, "0")[:6]) if places else 0
    try:
        clock = int(hour or 0), int(minute or 0), int(second or 0), micros
        return datetime(int(year), int(month), int(day), *clock), offset
    except ValueError:
        return None


def _iso_local(text: str) -> datetime | None:
    found = _iso(text)
    return found[0] if found and found[1] is None else None


def _iso_instant(text: str) -> int | None:
    found = _iso(text)
    if found is None or found[1] is None:
        return None
    return micros_of(found[0]) - (_offset(found[1]) if found[1][0] in "+-" else 0)


def _offset(text: str) -> int:
    """Microseconds of `+HH`, `+HHMM`, `+HH:MM` or `+HH:MM:SS`."""
    digits = text[1:].replace(":", "").ljust(6, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:6])
    return (-seconds if text[0] == "-" else seconds) * 1_000_000
