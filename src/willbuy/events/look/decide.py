"""What init decides when nobody said otherwise, each decision with its reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, ShopError, SourceError
from willbuy.events import presets
from willbuy.events.look.clock import UNIT_NAMES, Clock
from willbuy.events.look.rates import earliest_anchor, last_anchor
from willbuy.events.look.sight import Choice
from willbuy.shop import check_zone, values

DEFAULT_WITHIN = "7d"
SHORTER = ("3d", "1d")
DEFAULT_ACTIVE = "30d"


@dataclass(frozen=True)
class Span:
    """From when to when a log goes (UTC), the shop's zone, and whether that is all of it or a sample."""

    first: datetime
    last: datetime
    zone: str
    whole: bool

    def reaches(self, within: Duration, anchors: int = 1) -> bool:
        """Whether so many anchors, a horizon apart, have a whole horizon after them and enough before them.

        Of a sample nothing can be said, so it reaches.
        """
        newest = last_anchor(self.last, within, self.zone)
        oldest = newest - (anchors - 1) * timedelta(microseconds=within.microseconds)
        return not self.whole or oldest >= earliest_anchor(self.first, within)


def defaults_of(preset: Choice | None) -> dict[str, dict[str, Any]]:
    """The sections that a preset brings besides `[source]`."""
    if preset is None:
        return {}
    return {section: dict(keys) for section, keys in presets.get(preset.value).defaults.items()}


def time_zone(clock: Clock, said: str | None, known: Choice | None, column: str, example: str) -> Choice:
    """The zone of the log's times. Raises SourceError where they carry none and nobody said it."""
    if clock.unit in UNIT_NAMES:
        return Choice("UTC", "epoch numbers count from 1970-01-01 in UTC")
    if not clock.naive:
        return Choice("UTC", "proven: every value says its offset from UTC")
    if said is not None:
        return Choice(check_zone(said), "declared")
    if known is not None:
        return known
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


def horizon(said: str | None, default: str | None, span: Span, views: bool) -> Choice:
    """The target's `within`. Raises NotEnoughData where the log is too short for what was said outright.

    Unsaid, it is the preset's, or a week; where the log is too short for that, the longest of three days and one
    that leaves room to train and to test; else, in a log of more than purchases, the session.
    """
    if said is not None:
        within = read_within(said)
        if isinstance(within, Duration) and not span.reaches(within):
            raise NotEnoughData(_too_short(span, said))
        return Choice(said, "declared")
    wanted = default or DEFAULT_WITHIN
    if span.reaches(Duration.parse(wanted)):
        return Choice(wanted, "by the preset" if default else "a week, the usual question")
    why = f"the log covers only {describe_span(span.first, span.last)}, too short for {wanted} ahead"
    for shorter in SHORTER:
        within = Duration.parse(shorter)
        if within < Duration.parse(wanted) and span.reaches(within, anchors=2):
            return Choice(shorter, why)
    if views:
        return Choice("session", why)
    raise NotEnoughData(_too_short(span, wanted))


def read_within(text: str) -> Duration | Literal["session"]:
    """Read `7d` or `session`. Raises ShopError."""
    try:
        found: Duration | Literal["session"] = values.span_or_session(text)
    except ValueError as error:
        raise ShopError(f"target.within = {text!r}: {error}") from error
    return found


def _too_short(span: Span, within: str) -> str:
    reached = [h for h in ("30d", "14d", "7d", *SHORTER) if span.reaches(Duration.parse(h), anchors=2)]
    fitting = reached[0] if reached else "1d"
    return (
        f"the log covers {describe_span(span.first, span.last)}: too short to look {within} ahead of a midnight with "
        "as much of the log before it. Take a longer log, or a shorter horizon: "
        f"--within {fitting} (or --within session)"
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
