"""Returning visitors: how many come back on a later day, how soon, and how long a visitor stays away between visits."""

from typing import TypedDict

from willbuy.durations import DAY
from willbuy.evaluation.words import percent
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.tables import LogTables
from willbuy.explore.log.view import LogView
from willbuy.explore.quantiles import quantile
from willbuy.explore.rate import Rate, rate
from willbuy.explore.words import DID, day_text, number_of, span

WITHIN = (1, 2, 3, 5, 7, 14, 21, 30, 60, 90, 180, 365)
"""Days within which a return is asked for."""

EDGES = (1, 2, 4, 8, 12, 24, 48, 72, 7 * 24, 14 * 24, 30 * 24, 60 * 24, 90 * 24, 180 * 24, 365 * 24)
"""Hours that part the bars of the chart of gaps."""


def _gaps(tables: LogTables) -> str:
    hours = tables.hours_between("before", "opened")
    return f'SELECT {hours} AS hours, COUNT(*) FROM "{tables.sessions}" WHERE nth > 1 GROUP BY hours'


def _recency(tables: LogTables) -> str:
    end = tables.question.dialect.timestamp(tables.question.log.end)
    days = tables.question.dialect.whole(tables.hours_between("last", end), 24)
    return f'SELECT {days} AS days, COUNT(*) FROM "{tables.visitors}" GROUP BY days'


def _to_goal(tables: LogTables) -> str:
    hours = tables.hours_between("first", "first_goal")
    return f'SELECT {hours} AS hours, COUNT(*) FROM "{tables.visitors}" WHERE goals > 0 GROUP BY hours'


TALLIES = {
    "first_days": Tally(
        lambda tables: f'SELECT day, COUNT(*) FROM "{tables.days}" WHERE nth = 1 GROUP BY day'
    ),
    "second_days": Tally(
        lambda tables: (
            f'SELECT first_day, day - first_day AS later, COUNT(*) FROM "{tables.days}" WHERE nth = 2 GROUP BY first_day, later'
        )
    ),
    "weeks": Tally(
        lambda tables: (
            "SELECT week, COUNT(*), COUNT(*) FILTER (WHERE is_new) FROM ("
            f'SELECT day - (day + 3) % 7 AS week, first_day >= day - (day + 3) % 7 AS is_new FROM "{tables.days}" '
            "GROUP BY entity_key, week, is_new) w GROUP BY week"
        ),
        2,
    ),
    "sessions_a_visitor": Tally(
        lambda tables: (
            f'SELECT sessions, COUNT(*) FROM (SELECT COUNT(*) AS sessions FROM "{tables.sessions}" GROUP BY entity_key) s '
            "GROUP BY sessions"
        )
    ),
    "gaps": Tally(_gaps),
    "recency": Tally(_recency),
    "to_goal": Tally(_to_goal),
}


class Back(TypedDict):
    """Of the visitors first seen at least so many days before the log's last day: who came back within them."""

    within_days: int
    back: Rate


class Week(TypedDict):
    """The visitors of a week, which begins on a Monday: those seen for the first time, and those seen before."""

    week: str
    new: int
    returning: int


class Bar(TypedDict):
    """How many lie in [low, high); `high` is None where nothing bounds it."""

    low: int
    high: int | None
    count: int


class Returning(TypedDict):
    """Returns by a later day of the shop's clock."""

    says: str
    says_weeks: str
    more_sessions: Rate
    back: list[Back]
    weeks: list[Week]


class Gaps(TypedDict):
    """Idle time between the sessions of a visitor (hours), from first seen to the first goal (hours), since last seen (days)."""

    says: str
    says_recency: str
    says_to_goal: str
    gaps: list[Bar]
    median_gap_hours: int | None
    recency: list[Bar]
    median_recency_days: int | None
    to_goal: list[Bar]
    median_to_goal_hours: int | None


def returning(view: LogView) -> Returning:
    """Who comes back. Only visitors whose days of waiting lie in the log are asked, so that nobody is counted as lost too early."""
    first = {day: number for (day,), (number,) in view.tallies["first_days"].items()}
    last_day = view.clock.day(view.log.last)
    sessions = {key[0]: value[0] for key, value in view.tallies["sessions_a_visitor"].items()}
    visitors = sum(sessions.values())
    more = rate(visitors - sessions.get(1, 0), visitors)
    back = [
        Back(within_days=within, back=found)
        for within in WITHIN
        if (found := _back(view, first, last_day - within, within))["of"]
    ]
    weeks = [
        Week(week=day_text(week), new=new, returning=number - new)
        for (week,), (number, new) in sorted(view.tallies["weeks"].items())
    ]
    return Returning(
        says=_says(more, back), says_weeks=_says_weeks(weeks), more_sessions=more, back=back, weeks=weeks
    )


def _back(view: LogView, first: dict[int, int], latest: int, within: int) -> Rate:
    asked = sum(number for day, number in first.items() if day <= latest)
    second = view.tallies["second_days"].items()
    came = sum(number for (day, later), (number,) in second if day <= latest and later <= within)
    return rate(came, asked)


def _says(more: Rate, back: list[Back]) -> str:
    says = f"{percent(more['rate'])} of {number_of(more['of'], 'visitor')} come for a second session"
    if not back:
        return f"{says}; the log is too short to tell who comes back on a later day."
    week = next((one for one in back if one["within_days"] == 7), back[-1])
    days = number_of(week["within_days"], "day")
    return f"{says}; {percent(week['back']['rate'])} of those whose next {days} lie in the log come back on a later day within them."


def _says_weeks(weeks: list[Week]) -> str:
    if len(weeks) < 3:
        return f"The log touches {number_of(len(weeks), 'week')}: too few to see new visitors turn into known ones."
    whole = weeks[1:-1]
    new, all_of_them = (
        sum(week["new"] for week in whole),
        sum(week["new"] + week["returning"] for week in whole),
    )
    if not all_of_them:
        return "Between its first and its last week the log holds no visitor."
    return (
        f"In an average week after the first {percent(new / all_of_them)} of the visitors are seen for the first time since the log "
        "began; in the first week all are."
    )


def gaps(view: LogView) -> Gaps:
    """How long visitors stay away."""
    away, since, to_goal = (
        {key[0]: value[0] for key, value in view.tallies[name].items()}
        for name in ("gaps", "recency", "to_goal")
    )
    median_away, median_since, median_to_goal = (quantile(found, 0.5) for found in (away, since, to_goal))
    days = view.log.end.date() - view.log.first.date()
    width = max(1, -(-days.days // 30))
    return Gaps(
        says=_says_gap(median_away, sum(away.values())),
        says_recency=_says_recency(median_since, sum(since.values())),
        says_to_goal=_says_to_goal(median_to_goal, to_goal, view.goal),
        gaps=_bars(away),
        median_gap_hours=median_away,
        recency=_even_bars(since, width),
        median_recency_days=median_since,
        to_goal=_bars(to_goal),
        median_to_goal_hours=median_to_goal,
    )


def _bars(hours: dict[int, int]) -> list[Bar]:
    """Bars between EDGES, up to the last that holds anything."""
    edges = (0, *EDGES)
    found = [
        Bar(low=low, high=high, count=sum(n for at, n in hours.items() if low <= at < (high or DAY)))
        for low, high in zip(edges, (*EDGES, None), strict=True)
    ]
    while found and not found[-1]["count"]:
        found.pop()
    return found


def _even_bars(days: dict[int, int], width: int) -> list[Bar]:
    most = max(days, default=-1)
    return [
        Bar(low=low, high=low + width, count=sum(n for at, n in days.items() if low <= at < low + width))
        for low in range(0, most + 1, width)
    ]


def _says_gap(median: int | None, number: int) -> str:
    if median is None:
        return "No visitor comes for a second session."
    return f"Half of {number_of(number, 'return')} come within {span(median + 1)} of the end of the session before."


def _says_recency(median: int | None, number: int) -> str:
    days = "24 hours" if not median else number_of(median + 1, "day")
    return f"When the log ends, half of {number_of(number, 'visitor')} were last seen within the last {days}."


def _says_to_goal(median: int | None, hours: dict[int, int], goal: str) -> str:
    number = sum(hours.values())
    if median is None:
        return f"Nobody {DID[goal]}."
    at_once = hours.get(0, 0)
    if median == 0:
        return f"{percent(at_once / number)} of the {number_of(number, 'visitor')} that {DID[goal]} first did so within an hour of being first seen."
    return (
        f"Half of the {number_of(number, 'visitor')} that {DID[goal]} first did so within {span(median + 1)} of being first seen; "
        f"{percent(at_once / number)} within the hour."
    )
