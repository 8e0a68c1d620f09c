"""Events by hour and weekday, on the shop's clock."""

from typing import TypedDict

from willbuy.evaluation.words import count, figure, percent
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.view import LogView
from willbuy.explore.words import PLURALS, WEEKDAYS, clock_text, span, times
from willbuy.features.batch.columns import kind_code

TALLIES = {
    "clock": Tally(
        lambda tables: f'SELECT day, hour, kind, COUNT(*) FROM "{tables.events}" GROUP BY day, hour, kind', 1
    )
}


class HourCell(TypedDict):
    """One hour of a weekday (Monday 0): how often it came within the log, its events and its goals."""

    weekday: int
    hour: int
    times: int
    events: int
    goals: int


class ByHour(TypedDict):
    """The 168 hours of a week, those that the log does not reach left out; `whole_week` says whether all are there."""

    says: str
    says_goals: str
    zone: str
    whole_week: bool
    cells: list[HourCell]


def by_hour(view: LogView) -> ByHour:
    """The hours of the week of a log."""
    counts: dict[tuple[int, int], list[int]] = {}
    goal = kind_code(view.goal)
    for (day, hour, kind), (number,) in view.tallies["clock"].items():
        found = counts.setdefault(((day + 3) % 7, hour), [0, 0])
        found[0] += number
        found[1] += number if kind == goal else 0
    cells = [
        HourCell(weekday=weekday, hour=hour, times=came, events=events, goals=goals)
        for (weekday, hour), came in sorted(_came(view).items())
        for events, goals in [counts.get((weekday, hour), [0, 0])]
    ]
    whole = len(cells) == 168 and view.span_days >= 7
    return ByHour(
        says=_says(cells, whole, view),
        says_goals=_says_goals(cells, view.goal),
        zone=view.clock.zone,
        whole_week=whole,
        cells=cells,
    )


def _came(view: LogView) -> dict[tuple[int, int], int]:
    """How many times each hour of the week came between the log's first and last event, whole or in part."""
    hour = 3_600_000_000
    first, last = view.clock.local(view.log.first) // hour, view.clock.local(view.log.last) // hour
    weeks, rest = divmod(last - first + 1, 168)
    came: dict[tuple[int, int], int] = {}
    for step in range(168 if weeks else rest):
        at = first + step
        came[((at // 24 + 3) % 7, at % 24)] = weeks + (1 if step < rest else 0)
    return came


def _says(cells: list[HourCell], whole: bool, view: LogView) -> str:
    busiest = max(cells, key=lambda cell: (cell["events"] / cell["times"], -cell["weekday"], -cell["hour"]))
    when = f"{WEEKDAYS[busiest['weekday']]} from {clock_text(busiest['hour'])}"
    if not whole:
        return (
            f"The log spans {span(24 * view.span_days)}, less than a whole week: its busiest hour is {when}, and what a week "
            "looks like cannot be told from it."
        )
    by_hour = [
        sum(cell["events"] for cell in cells if cell["hour"] == hour)
        / sum(cell["times"] for cell in cells if cell["hour"] == hour)
        for hour in range(24)
    ]
    total = sum(by_hour)
    peak = max(range(24), key=lambda hour: (by_hour[hour], -hour))
    mean = sum(cell["events"] for cell in cells) / sum(cell["times"] for cell in cells)
    return (
        f"The busiest hour of the week is {when}, with {times(busiest['events'] / busiest['times'] / mean)} the events of an "
        f"average hour; over all weekdays, {percent(by_hour[peak] / total)} of the events fall into the hour from {peak}:00."
    )


def _says_goals(cells: list[HourCell], goal: str) -> str:
    best = max(cells, key=lambda cell: (cell["goals"] / cell["times"], -cell["weekday"], -cell["hour"]))
    if not best["goals"]:
        return f"There are no {PLURALS[goal]}."
    mean = best["goals"] / best["times"]
    return (
        f"Most {PLURALS[goal]} an hour, {count(mean) if mean >= 10 else figure(mean, 1)} on average, come on {WEEKDAYS[best['weekday']]} "
        f"from {clock_text(best['hour'])}."
    )
