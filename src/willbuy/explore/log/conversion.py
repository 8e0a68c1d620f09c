"""Conversion: which share of the visitors, and of the sessions, buy."""

from typing import TypedDict

from willbuy.evaluation.words import percent, percent_interval
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.view import LogView
from willbuy.explore.rate import Rate, rate, rate_of_sessions
from willbuy.explore.words import DID, number_of

TALLIES = {
    "conversion": Tally(
        lambda tables: (
            "SELECT COUNT(*), SUM(sessions), SUM(hits), SUM(sessions * sessions), SUM(sessions * hits), SUM(hits * hits), "
            "COUNT(*) FILTER (WHERE hits > 0), SUM(goals) FROM ("
            "SELECT COUNT(*) AS sessions, COUNT(*) FILTER (WHERE goals > 0) AS hits, SUM(goals) AS goals "
            f'FROM "{tables.sessions}" GROUP BY entity_key) v'
        ),
        8,
    )
}


class Conversion(TypedDict):
    """Visitors and sessions with an event of the goal's kind, and how many such events there are."""

    says: str
    goal: str
    visitors: Rate
    sessions: Rate
    events: int


def conversion(view: LogView) -> Conversion:
    """The conversion of a log. The sessions' interval is made over visitors."""
    visitors, sessions, hits, of_sessions, of_both, of_hits, buyers, events = view.total("conversion")
    by_visitor = rate(buyers, visitors)
    by_session = rate_of_sessions(visitors, sessions, hits, (of_sessions, of_both, of_hits))
    did = DID[view.goal]
    who = f"{percent(by_visitor['rate'])} of {number_of(visitors, 'visitor')} {did}"
    says = (
        f"{who} ({_within(by_visitor)}), in {percent(by_session['rate'])} of {number_of(sessions, 'session')}."
        if buyers
        else f"Of {number_of(visitors, 'visitor')} none {did}."
    )
    return Conversion(says=says, goal=view.goal, visitors=by_visitor, sessions=by_session, events=events)


def _within(found: Rate) -> str:
    return f"95 % interval {percent_interval({'low': found['low'], 'high': found['high']})}"
