"""The heavy tail: how few visitors make most of the events, and of the purchases."""

from typing import TypedDict

from willbuy.evaluation.words import percent
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.view import LogView
from willbuy.explore.quantiles import fewest_that_make, quantile, share_of_the_top
from willbuy.explore.words import PLURALS, number_of

MOST_POINTS = 120

TALLIES = {
    "events_a_visitor": Tally(
        lambda tables: f'SELECT events, COUNT(*) FROM "{tables.visitors}" GROUP BY events', 1
    ),
    "goals_a_visitor": Tally(
        lambda tables: f'SELECT goals, COUNT(*) FROM "{tables.visitors}" WHERE goals > 0 GROUP BY goals', 1
    ),
}


class TailPoint(TypedDict):
    """The share of the visitors (or buyers) with at least so many events (or purchases)."""

    at_least: int
    visitors: int
    share: float


class Tail(TypedDict):
    """How one number is spread over those that have it: quantiles, what the top make up, and the curve of the chart."""

    of: int
    total: int
    one_only: float | None
    median: int | None
    p99: int | None
    most: int | None
    top_1_percent: int
    share_of_top_1_percent: float | None
    make_half: int
    points: list[TailPoint]


class Tails(TypedDict):
    """Events over visitors, and goals over those that have one."""

    says: str
    says_goals: str
    events: Tail
    goals: Tail


def tails(view: LogView) -> Tails:
    """The tails of a log."""
    by_events = {key[0]: value[0] for key, value in view.tallies["events_a_visitor"].items()}
    by_goals = {key[0]: value[0] for key, value in view.tallies["goals_a_visitor"].items()}
    events, goals = tail(by_events), tail(by_goals)
    return Tails(
        says=_says(events), says_goals=_says_goals(goals, events["of"], view.goal), events=events, goals=goals
    )


def tail(counts: dict[int, int]) -> Tail:
    """From how many have each number (1 or more). The top 1 % are rounded up to whole ones.

    >>> tail({1: 99, 101: 1})["share_of_top_1_percent"], tail({1: 99, 101: 1})["make_half"]
    (0.505, 1)
    """
    of = sum(counts.values())
    top = -(-of // 100)
    return Tail(
        of=of,
        total=sum(value * number for value, number in counts.items()),
        one_only=counts.get(1, 0) / of if of else None,
        median=quantile(counts, 0.5),
        p99=quantile(counts, 0.99),
        most=max(counts, default=None),
        top_1_percent=top,
        share_of_top_1_percent=share_of_the_top(counts, top),
        make_half=fewest_that_make(counts, 0.5),
        points=_points(counts, of),
    )


def _points(counts: dict[int, int], of: int) -> list[TailPoint]:
    """The curve at every number that occurs, or at about as many as can be drawn, the greatest always among them."""
    left, found = of, []
    for value in sorted(counts):
        found.append(TailPoint(at_least=value, visitors=left, share=left / of))
        left -= counts[value]
    if len(found) <= MOST_POINTS:
        return found
    ratio = (found[-1]["at_least"] / found[0]["at_least"]) ** (1 / MOST_POINTS)
    kept, next_at = [], 0.0
    for point in found:
        if point["at_least"] >= next_at or point is found[-1]:
            kept.append(point)
            next_at = max(point["at_least"] * ratio, point["at_least"] + 1)
    return kept


def _says(events: Tail) -> str:
    top, of = events["top_1_percent"], events["of"]
    if of < 100:
        return (
            f"{number_of(of, 'visitor')} had {number_of(events['total'], 'event')}; the busiest of them "
            f"{number_of(events['most'] or 0, 'event')}."
        )
    return (
        f"The busiest 1 % of visitors ({top:,} of {of:,}) make {percent(events['share_of_top_1_percent'])} of all events; "
        f"{percent(events['one_only'])} of visitors have one event only."
    )


def _says_goals(goals: Tail, visitors: int, goal: str) -> str:
    many, half = PLURALS[goal], goals["make_half"]
    if not goals["of"]:
        return f"There are no {many}."
    if goals["of"] == 1:
        return (
            f"All {goals['total']:,} {many} are of one visitor."
            if goals["total"] > 1
            else f"There is one event among {many}."
        )
    return (
        f"Half of all {many} are made by {half:,} of {number_of(visitors, 'visitor')} ({percent(half / visitors)}), "
        f"that is {percent(half / goals['of'])} of the {goals['of']:,} that have any."
    )
