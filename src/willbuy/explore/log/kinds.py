"""Kinds of events over time: how their mix changes, and kinds that begin or end within the log."""

from typing import TypedDict

from willbuy.evaluation.words import percent
from willbuy.events.canonical import KINDS
from willbuy.explore.log.view import LogView
from willbuy.explore.words import PLURALS, day_text, listed_words, number_of

MANY = 100
"""Events from which on it is worth a word that a kind is not there all the time."""

GAP = 0.1
"""The share of the log's days at its begin or end that a kind must miss for it."""


class KindSeries(TypedDict):
    """A kind: its events, their share of all, its first and last local day."""

    kind: str
    events: int
    share: float
    first: str
    last: str


class KindCount(TypedDict):
    """Events of a kind in one step of time, which begins at a local hour as ISO text."""

    at: str
    kind: str
    events: int


class Kinds(TypedDict):
    """Events of each kind by steps of an hour, a day or a week."""

    says: str
    warns: list[str]
    step: str
    kinds: list[KindSeries]
    counts: list[KindCount]


def kinds(view: LogView) -> Kinds:
    """The kinds of a log over time. Reads the tally `clock`."""
    step, hours = _step(view.span_days)
    by_kind: dict[int, dict[int, int]] = {}
    days: dict[int, list[int]] = {}
    for (day, hour, kind), (number,) in view.tallies["clock"].items():
        at = _begin(day, hour, hours)
        series = by_kind.setdefault(kind, {})
        series[at] = series.get(at, 0) + number
        days.setdefault(kind, []).append(day)
    total = view.log.events
    listed = [
        KindSeries(
            kind=KINDS[kind],
            events=sum(series.values()),
            share=sum(series.values()) / total,
            first=day_text(min(days[kind])),
            last=day_text(max(days[kind])),
        )
        for kind, series in sorted(by_kind.items())
    ]
    first = min(min(series) for series in by_kind.values())
    last = max(max(series) for series in by_kind.values())
    counts = [
        KindCount(at=_at(moment), kind=KINDS[kind], events=series.get(moment, 0))
        for kind, series in sorted(by_kind.items())
        for moment in range(first, last + 1, hours)
    ]
    return Kinds(says=_says(listed, total), warns=_warns(days, view), step=step, kinds=listed, counts=counts)


def _step(days: float) -> tuple[str, int]:
    if days <= 4:
        return "hour", 1
    return ("day", 24) if days <= 200 else ("week", 168)


def _begin(day: int, hour: int, hours: int) -> int:
    """The local hour, counted from 1970, at which the step begins; weeks begin on Mondays."""
    if hours == 1:
        return day * 24 + hour
    return (day if hours == 24 else day - (day + 3) % 7) * 24


def _at(hour: int) -> str:
    return f"{day_text(hour // 24)}T{hour % 24:02d}:00:00"


def _says(listed: list[KindSeries], total: int) -> str:
    if len(listed) == 1:
        return f"All {number_of(total, 'event')} are {PLURALS[listed[0]['kind']]}."
    parts = [
        f"{percent(one['share'])} {PLURALS[one['kind']]}"
        for one in sorted(listed, key=lambda one: -one["events"])
    ]
    return f"Of {number_of(total, 'event')}, {listed_words(parts)}."


def _warns(days: dict[int, list[int]], view: LogView) -> list[str]:
    """Kinds that are frequent enough to be missed, and yet miss the begin or the end of the log."""
    clock = view.tallies["clock"]
    first, last = view.clock.day(view.log.first), view.clock.day(view.log.last)
    length, found = last - first + 1, []
    for kind, on in sorted(days.items()):
        events = sum(number for (_, _, of), (number,) in clock.items() if of == kind)
        name = PLURALS[KINDS[kind]]
        if events < MANY:
            continue
        if (min(on) - first) / length > GAP:
            found.append(
                f"There are no {name} before {day_text(min(on))}: were they recorded from the start?"
            )
        if (last - max(on)) / length > GAP:
            found.append(f"There are no {name} after {day_text(max(on))}: are they still recorded?")
    return found
