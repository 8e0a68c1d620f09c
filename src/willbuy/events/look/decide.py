"""What init decides when nobody said otherwise, each decision with its reason."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, ShopError, SourceError
from willbuy.events import presets
from willbuy.events.look.clock import UNIT_NAMES, Clock
from willbuy.events.look.rates import last_anchor
from willbuy.events.look.sight import Choice
from willbuy.shop import check_zone

DEFAULT_WITHIN = "7d"
DEFAULT_ACTIVE = "30d"


def defaults_of(preset: Choice | None) -> dict[str, dict[str, Any]]:
    """The sections that a preset brings besides `[source]`."""
    if preset is None:
        return {}
    return {section: dict(keys) for section, keys in presets.get(preset.value).defaults.items()}


def time_zone(
    clock: Clock, said: str | None, declared: str | None, by_preset: bool, column: str, example: str
) -> Choice:
    """The zone of the log's times. Raises SourceError where they carry none and nobody said it."""
    if clock.unit in UNIT_NAMES:
        return Choice("UTC", "epoch numbers count from 1970-01-01 in UTC")
    if not clock.naive and said is None:
        return Choice("UTC", "proven: every value says its offset from UTC")
    if clock.naive and said is not None:
        return Choice(check_zone(said), "declared")
    if declared is not None:
        return Choice(check_zone(declared), "by the preset" if by_preset else "declared")
    if not clock.naive:
        return Choice("UTC", "proven: every value says its offset from UTC")
    raise SourceError(
        f"the times in column {column!r} carry no zone, such as {example!r}. Say which clock they follow: "
        "--zone Europe/London (or --zone UTC)"
    )


def shop_zone(time: Choice, clock: Clock, said: str | None, default: str | None) -> Choice:
    """The zone that cuts the shop's days."""
    if said is not None:
        return Choice(check_zone(said), "declared")
    if default is not None:
        return Choice(default, "by the preset")
    if clock.naive:
        return Choice(time.value, "the clock of the log's times")
    return Choice(
        "UTC",
        "NOT KNOWN: the log does not say where the shop is; say it, its days and hours follow this clock",
    )


def horizon(
    said: str | None,
    default: str | None,
    first: datetime,
    last: datetime,
    zone: str,
    views: bool,
    whole: bool,
) -> Choice:
    """The target's `within`. Raises NotEnoughData where the log is shorter than a horizon that was said outright."""
    wanted = said or default or DEFAULT_WITHIN
    if wanted == "session":
        return Choice(wanted, "declared" if said else "by the preset")
    try:
        within = Duration.parse(wanted)
    except ValueError as error:
        raise ShopError(f"target.within: {error}, or 'session'.") from error
    if not whole or last_anchor(last, within, zone) > first:
        why = "declared" if said else "by the preset" if default else "a week, the usual question"
        return Choice(wanted, why)
    covers = describe_span(first, last)
    if said is None and views:
        return Choice("session", f"the log covers only {covers}, too short for {wanted} ahead")
    raise NotEnoughData(
        f"the log covers {covers}: too short to look {wanted} ahead of a midnight with events before it. "
        "Take a longer log, or a shorter horizon: --within 1d (or --within session)"
    )


def catalogue(within: str, default: str | None, kinds: Collection[str]) -> Choice:
    """The default features: by the task, then by the preset, then by the kinds of the log."""
    if within == "session":
        return Choice("session", "the target is asked within a session")
    if default is not None:
        return Choice(default, "by the preset")
    if set(kinds) <= {"purchase", "other"}:
        return Choice("purchases", "the log holds purchases only")
    return Choice("clicks", "the log holds more than purchases")


def active_within(population: dict[str, Any], chosen: str) -> Choice | None:
    """How recently an entity must have been seen to be scored; None is ever."""
    if population.get("ever"):
        return None
    if "active_within" in population:
        return Choice(population["active_within"], "by the preset")
    return None if chosen == "purchases" else Choice(DEFAULT_ACTIVE, "a month, the usual choice")


def describe_span(first: datetime, last: datetime) -> str:
    """How long a log is, in words.

    >>> describe_span(datetime(2019, 10, 1), datetime(2019, 10, 1, 2, 50))
    '2 hours 50 minutes'
    >>> describe_span(datetime(2019, 10, 1), datetime(2019, 10, 9, 1))
    '8 days 1 hours'
    """
    minutes = int((last - first).total_seconds() // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days >= 30:
        return f"{days} days"
    return f"{days} days {hours} hours" if days else f"{hours} hours {minutes % 60} minutes"
