"""Zones by the names that stand in a time's text (`%Z`)."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def zone_named(text: str) -> ZoneInfo | None:
    """The zone of an IANA name in any case; None for any other, such as abbreviations that mean several zones.

    >>> zone_named("europe/berlin")
    zoneinfo.ZoneInfo(key='Europe/Berlin')
    >>> zone_named("CEST") is None
    True
    """
    name = _names().get(text.lower())
    return ZoneInfo(name) if name else None
