"""Likely bots: visitors that browse as no person does. They are shown, never taken out."""

from typing import TypedDict

from willbuy.durations import DAY, MINUTE
from willbuy.evaluation.words import percent
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.tables import BROWSING, LogTables
from willbuy.explore.log.view import LogView
from willbuy.explore.rate import Rate, rate
from willbuy.explore.words import PLURALS, number_of
from willbuy.features.batch.columns import kind_in
from willbuy.features.batch.local_sql import SHIFT

A_MINUTE, A_DAY, HOURS = 60, 500, 20
RULE = (
    f"A visitor counts as a likely bot with {A_MINUTE} or more events within one minute of the clock, {A_DAY} or more within one "
    f"day, or events in {HOURS} or more different hours of one day. Views, carts, removals and favourites alone count here: one order may "
    "have many lines."
)
NOT_REMOVED = (
    "Nobody is taken out: they are in all other figures of this page, and in training. To leave them out, take their rows out of "
    "the log before it is read."
)


def bots_sql(tables: LogTables) -> str:
    """One row: likely bots by each sign, all of them, their events and goals, and those of them with a goal."""
    minute = tables.question.dialect.whole(f"({tables.microseconds('e.time')} + {SHIFT * DAY})", MINUTE)
    few = (
        f'SELECT e.* FROM "{tables.events}" e JOIN "{tables.visitors}" v USING (entity_key) '
        f"WHERE v.browsing >= {min(A_MINUTE, A_DAY, HOURS)} AND {kind_in(BROWSING)}"
    )
    signs = (
        f"SELECT entity_key, MAX(fast) AS fast, MAX(many) AS many, MAX(round) AS round FROM ("
        f"SELECT entity_key, 1 AS fast, 0 AS many, 0 AS round FROM browsing e GROUP BY entity_key, {minute} "
        f"HAVING COUNT(*) >= {A_MINUTE} UNION ALL "
        f"SELECT entity_key, 0, CASE WHEN COUNT(*) >= {A_DAY} THEN 1 ELSE 0 END, "
        f"CASE WHEN COUNT(DISTINCT hour) >= {HOURS} THEN 1 ELSE 0 END FROM browsing GROUP BY entity_key, day"
        ") s GROUP BY entity_key HAVING MAX(fast) + MAX(many) + MAX(round) > 0"
    )
    return (
        f"WITH browsing AS ({few}), signs AS ({signs}) "
        "SELECT SUM(fast), SUM(many), SUM(round), COUNT(*), SUM(v.events), SUM(v.goals), "
        f'COUNT(*) FILTER (WHERE v.goals > 0) FROM signs JOIN "{tables.visitors}" v USING (entity_key)'
    )


TALLIES = {"bots": Tally(bots_sql, 7)}


class Bots(TypedDict):
    """Likely bots by sign (a visitor may show several; not `asked` where nobody browses), what they make up, and the conversion with and without them."""

    says: str
    asked: bool
    rule: str
    bots: int
    fast: int
    many: int
    around_the_clock: int
    events: int
    share_of_events: float
    goals: int
    conversion: Rate
    conversion_without: Rate


def bots(view: LogView) -> Bots:
    """The likely bots of a log. Reads the tally `conversion` as well."""
    fast, many, around, number, events, goals, buyers = view.total("bots")
    visitors, _, _, _, _, _, all_buyers, all_goals = view.total("conversion")
    share = events / view.log.events
    found = Bots(
        says="",
        asked=bool(set(view.log.kinds) & set(BROWSING)),
        rule=f"{RULE} {NOT_REMOVED}",
        bots=number,
        fast=fast,
        many=many,
        around_the_clock=around,
        events=events,
        share_of_events=share,
        goals=goals,
        conversion=rate(all_buyers, visitors),
        conversion_without=rate(all_buyers - buyers, visitors - number),
    )
    found["says"] = _says(found, view, visitors, all_goals)
    return found


def _says(found: Bots, view: LogView, visitors: int, goals: int) -> str:
    if not found["asked"]:
        return "The log holds nothing of what anybody looked at, and so nothing of how fast: bots do not show in it."
    if not found["bots"]:
        return f"No visitor browses as a bot would, by the rule below ({number_of(visitors, 'visitor')} looked at)."
    bought = (
        f"{number_of(found['goals'], 'event')} of {goals:,} {PLURALS[view.goal]}"
        if found["goals"]
        else f"no {PLURALS[view.goal]}"
    )
    return (
        f"{number_of(found['bots'], 'likely bot')} of {number_of(visitors, 'visitor')} "
        f"{'makes' if found['bots'] == 1 else 'make'} {percent(found['share_of_events'])} of the events and {bought}."
    )
