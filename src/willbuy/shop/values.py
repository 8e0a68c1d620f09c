"""What single values of a shop file must be. Each check raises ValueError that says what was expected."""

import codecs
import difflib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from willbuy.durations import Duration
from willbuy.errors import ShopError, did_you_mean

SPACES = "spaces"
ISO = "iso"
_PROBE = datetime(2019, 11, 23, 14, 45, 56)


def span(value: Any) -> Duration:
    """Read a span of time: `30m`, `12h`, `7d`, `2w`."""
    try:
        return value if isinstance(value, Duration) else Duration.parse(value)
    except ValueError as error:
        raise ValueError(
            "expected a span of time: a whole number and s, m, h, d or w, such as '7d'"
        ) from error


def span_or_session(value: Any) -> Any:
    """Read a span of time, or `session`."""
    if value == "session":
        return value
    try:
        return span(value)
    except ValueError as error:
        raise ValueError(
            f"expected a span of time such as '7d', or 'session'.{_near(value, ['session'])}"
        ) from error


def zone(value: str) -> str:
    """Check the name of a zone against the IANA database.

    >>> zone("Europe/London")
    'Europe/London'
    >>> zone("berlin")
    Traceback (most recent call last):
    ValueError: expected the name of a zone, such as 'UTC' or 'Europe/London'. Did you mean 'Europe/Berlin'?
    """
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = difflib.get_close_matches(value.lower()[:100], _zones(), n=1, cutoff=0.6)
        hint = f" Did you mean '{_zones()[near[0]]}'?" if near else ""
        raise ValueError(f"expected the name of a zone, such as 'UTC' or 'Europe/London'.{hint}") from error
    return value


def check_zone(name: str, key: str = "zone") -> str:
    """Return a zone's name as it is. Raises ShopError that names the nearest one."""
    try:
        return zone(name)
    except ValueError as error:
        raise ShopError(f"{key} = {name!r}: {error}") from error


def encoding(value: str) -> str:
    """Check the name of a text encoding."""
    try:
        codecs.lookup(value)
        "".encode(value)
    except (LookupError, ValueError) as error:
        known = (
            "utf-8",
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "latin-1",
            "cp1252",
            "cp1251",
            "gb18030",
            "shift_jis",
        )
        raise ValueError(
            f"expected the name of a text encoding, such as 'utf-8' or 'cp1252'.{did_you_mean(value, known)}"
        ) from error
    return value


def delimiter(value: str) -> str:
    """Check what stands between two columns: one character, or `spaces`."""
    if value == SPACES or (len(value) == 1 and value not in '"\r\n'):
        return value
    raise ValueError(
        f"expected one character such as ',' or '\\t', or 'spaces' for runs of blanks.{_near(value, [SPACES])}"
    )


def time_formats(value: Any) -> Any:
    """Check one or several formats of a moment: `iso`, or as for strptime with a year, a month and a day."""
    for form in [value] if isinstance(value, str) else value:
        if form != ISO and not _reads_a_day(form):
            raise ValueError(
                f"{form[:40]!r} does not read a day: expected 'iso', or a format such as '%d.%m.%Y %H:%M' (as for strptime)"
            )
    return value


def memory(value: str) -> str:
    """Check an amount of memory."""
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)? ?([KMGT]i?B)", value):
        raise ValueError("expected an amount of memory, such as '1500MB' or '4GB'")
    return value


def price(value: float) -> float:
    """Check an amount of money: four digits after the point at most, since money is counted in whole numbers.

    >>> price(0.0125)
    0.0125
    """
    if Decimal(repr(float(value))) * 10_000 % 1:
        raise ValueError("expected an amount of money with at most four digits after the point, such as 0.25")
    return value


def _reads_a_day(form: str) -> bool:
    try:
        return datetime.strptime(_PROBE.replace(tzinfo=UTC).strftime(form), form).date() == _PROBE.date()
    except (ValueError, re.error):
        return False


@cache
def _zones() -> dict[str, str]:
    """Zones by their names and by their cities, in lower case."""
    names = sorted(available_timezones())
    return {name.rpartition("/")[2].lower(): name for name in names} | {name.lower(): name for name in names}


def _near(value: Any, known: Iterable[str]) -> str:
    return did_you_mean(value[:100], known) if isinstance(value, str) else ""
