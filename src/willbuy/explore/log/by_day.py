"""Day by day, and what weekdays have to do with it: weekly seasonality."""

from typing import TypedDict

from willbuy.evaluation.words import percent
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.view import LogView
from willbuy.explore.rate import Rate, rate
from willbuy.explore.words import DID, WEEKDAYS, day_text, number_of, times

FEWEST_DAYS = 14
"""Whole days below which weekdays are not compared: each should have come twice."""

TALLIES = {
    "days": Tally(
        lambda tables: (
            "SELECT day, COUNT(*), SUM(events), SUM(goals), COUNT(*) FILTER (WHERE goals > 0), "
            f'COUNT(*) FILTER (WHERE nth = 1) FROM "{tables.days}" GROUP BY day'
        ),
        5,
    )
}


class Day(TypedDict):
    """One local day. `whole` is false for the first and the last of the log, which it may hold a part of only."""

    day: str
    weekday: int
    whole: bool
    visitors: int
    new: int
    events: int
    goals: int
    buyers: Rate


class Weekday(TypedDict):
    """A weekday (Monday 0) over its whole days: the mean of the events a day, the least and the most."""

    weekday: int
    days: int
    mean: float
    least: int
    most: int
    goals: float


class ByDay(TypedDict):
    """The days of the log, those without events too; `explained` is the share of their variance that weekdays account for."""

    says: str
    says_rate: str
    says_week: str
    days: list[Day]
    weekdays: list[Weekday]
    explained: float | None


def by_day(view: LogView) -> ByDay:
    """The days of a log, on the shop's clock."""
    counts = view.tallies["days"]
    first, last = view.clock.day(view.log.first), view.clock.day(view.log.last)
    days = [_day(day, counts.get((day,), [0] * 5), first < day < last) for day in range(first, last + 1)]
    whole = [day for day in days if day["whole"]]
    weekdays = [_weekday(which, whole) for which in range(7) if any(day["weekday"] == which for day in whole)]
    explained = _explained(whole, weekdays) if len(whole) >= FEWEST_DAYS else None
    return ByDay(
        says=_says(days),
        says_rate=_says_rate(whole, view.goal),
        says_week=_says_week(whole, weekdays, explained),
        days=days,
        weekdays=weekdays,
        explained=explained,
    )


def _day(day: int, counts: list[int], whole: bool) -> Day:
    visitors, events, goals, buyers, new = counts
    return Day(
        day=day_text(day),
        weekday=(day + 3) % 7,
        whole=whole,
        visitors=visitors,
        new=new,
        events=events,
        goals=goals,
        buyers=rate(buyers, visitors),
    )


def _weekday(which: int, whole: list[Day]) -> Weekday:
    found = [day for day in whole if day["weekday"] == which]
    events = [day["events"] for day in found]
    return Weekday(
        weekday=which,
        days=len(found),
        mean=sum(events) / len(found),
        least=min(events),
        most=max(events),
        goals=sum(day["goals"] for day in found) / len(found),
    )


def _explained(whole: list[Day], weekdays: list[Weekday]) -> float | None:
    """Variance between weekdays over all variance: 1 less the sum of squares within over the sum of all."""
    mean = sum(day["events"] for day in whole) / len(whole)
    all_of_it = sum((day["events"] - mean) ** 2 for day in whole)
    of = {one["weekday"]: one["mean"] for one in weekdays}
    within = sum((day["events"] - of[day["weekday"]]) ** 2 for day in whole)
    return 1 - within / all_of_it if all_of_it else None


def _says(days: list[Day]) -> str:
    if len(days) == 1:
        return f"All events are of one day, {days[0]['day']}."
    busiest = max(days, key=lambda day: day["events"])
    empty = sum(day["events"] == 0 for day in days)
    quiet = f"; {number_of(empty, 'day has', 'days have')} no event at all" if empty else ""
    return (
        f"The busiest of {number_of(len(days), 'day')} is {busiest['day']} with {number_of(busiest['events'], 'event')} of "
        f"{number_of(busiest['visitors'], 'visitor')}{quiet}."
    )


def _says_rate(whole: list[Day], goal: str) -> str:
    shares = [(day["buyers"]["rate"], day["day"]) for day in whole if day["buyers"]["rate"] is not None]
    if len(shares) < 2:
        return "The log holds too few whole days with visitors to compare their shares."
    (least, quiet), (most, good) = min(shares), max(shares)
    return (
        f"Of a whole day’s visitors between {percent(least)} ({quiet}) and {percent(most)} ({good}) {DID[goal]} on the same day."
        if least < most
        else f"On every whole day {percent(least)} of the visitors {DID[goal]}."
    )


def _says_week(whole: list[Day], weekdays: list[Weekday], explained: float | None) -> str:
    if len(whole) < FEWEST_DAYS:
        return f"The log holds {number_of(len(whole), 'whole day')}: at least {FEWEST_DAYS} are needed to compare weekdays."
    if explained is None:
        return "Every whole day has the same number of events."
    mean = sum(day["events"] for day in whole) / len(whole)
    best = max(weekdays, key=lambda one: one["mean"])
    worst = min(weekdays, key=lambda one: one["mean"])
    quiet = (
        f"{WEEKDAYS[worst['weekday']]} has none"
        if worst["mean"] == 0
        else f"{WEEKDAYS[worst['weekday']]} is the quietest ({times(worst['mean'] / mean)})"
    )
    return (
        f"{WEEKDAYS[best['weekday']]} is the busiest weekday, with {times(best['mean'] / mean)} the events of an average day, and "
        f"{quiet}; weekdays account for {percent(explained)} of how much days differ."
    )
