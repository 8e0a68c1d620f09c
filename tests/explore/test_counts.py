"""The counts of one pass over the log, held against plain Python over random logs, however the entities are parted."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from features.engines import fill
from features.random_log import random_log
from willbuy.durations import Duration
from willbuy.events.canonical import KINDS
from willbuy.explore.log import by_day, by_hour, conversion, funnel, returning, tail
from willbuy.explore.log.gather import gather
from willbuy.explore.log.tables import Question
from willbuy.features.live import Event
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.snapshots.groups import Group
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.layout import BUCKETS

CLOCK = LocalTime("Europe/Berlin")
RULE = SessionRule(Duration.parse("30m"), own_ids=False)
Log = dict[str, list[Event]]
ASKED = {
    name: tally
    for idea in (conversion, funnel, by_hour, by_day, tail, returning)
    for name, tally in idea.TALLIES.items()
}


def in_order(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.time, KINDS.index(event.kind)))


def sessions(events: Sequence[Event]) -> list[list[Event]]:
    """The sessions of one entity: a gap of half an hour opens a new one."""
    found: list[list[Event]] = []
    for event in in_order(events):
        if not found or event.time - found[-1][-1].time >= timedelta(minutes=30):
            found.append([])
        found[-1].append(event)
    return found


def reached(events: Sequence[Event]) -> list[int]:
    """How many steps of the funnel were taken in order."""
    steps, since = [0, 0, 0], datetime.min
    for place, kind in enumerate(funnel.STEPS):
        at = [event.time for event in events if event.kind == kind and event.time >= since]
        if not at:
            break
        steps[place], since = 1, min(at)
    return steps


def added(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


@pytest.fixture(scope="module", params=[1, 4])
def counted(request: pytest.FixtureRequest) -> tuple[Log, dict[str, dict[tuple[int, ...], list[int]]]]:
    log = random_log(seed=request.param, entities=60, late=0.0)
    with DuckDBWarehouse(None) as warehouse:
        fill(warehouse, log)
        summary = summarise(warehouse)
        offsets = tuple(CLOCK.offsets(summary.first, summary.last))
        question = Question(summary, RULE, offsets, "purchase", warehouse.dialect)
        groups = [
            Group(number, tuple(range(number, BUCKETS, request.param))) for number in range(request.param)
        ]
        return log, gather(warehouse, question, ASKED, groups=groups)


Counted = tuple[Log, dict[str, dict[tuple[int, ...], list[int]]]]


def test_the_funnel(counted: Counted) -> None:
    log, tallies = counted
    for of, units in {
        "visitors": list(log.values()),
        "sessions": [session for events in log.values() for session in sessions(events)],
    }.items():
        ever = [[int(any(event.kind == kind for event in unit)) for kind in funnel.STEPS] for unit in units]
        assert tallies[f"funnel_{of}"][()] == [*added([reached(unit) for unit in units]), *added(ever)]


def test_conversion(counted: Counted) -> None:
    log, tallies = counted
    rows = []
    for events in log.values():
        visits = sessions(events)
        hits = sum(any(event.kind == "purchase" for event in visit) for visit in visits)
        number = len(visits)
        goals = sum(event.kind == "purchase" for event in events)
        rows.append([1, number, hits, number**2, number * hits, hits**2, int(hits > 0), goals])
    assert tallies["conversion"][()] == added(rows)


def test_days_and_hours(counted: Counted) -> None:
    log, tallies = counted
    everything = [event for events in log.values() for event in events]
    clock = Counter((CLOCK.day(e.time), CLOCK.hour(e.time), KINDS.index(e.kind)) for e in everything)
    assert {key: value[0] for key, value in tallies["clock"].items()} == clock
    for (day,), (visitors, events, goals, buyers, new) in tallies["days"].items():
        there = {who: [e for e in of if CLOCK.day(e.time) == day] for who, of in log.items()}
        there = {who: of for who, of in there.items() if of}
        bought = [sum(e.kind == "purchase" for e in of) for of in there.values()]
        firsts = sum(min(CLOCK.day(e.time) for e in log[who]) == day for who in there)
        assert (visitors, events, goals) == (len(there), sum(map(len, there.values())), sum(bought))
        assert (buyers, new) == (sum(number > 0 for number in bought), firsts)


def test_tails(counted: Counted) -> None:
    log, tallies = counted
    assert {key[0]: value[0] for key, value in tallies["events_a_visitor"].items()} == Counter(
        map(len, log.values())
    )
    goals = Counter(sum(event.kind == "purchase" for event in events) for events in log.values())
    goals.pop(0, None)
    assert {key[0]: value[0] for key, value in tallies["goals_a_visitor"].items()} == goals


def test_returns_and_gaps(counted: Counted) -> None:
    log, tallies = counted
    second: Counter[tuple[int, int]] = Counter()
    gaps: Counter[int] = Counter()
    weeks: Counter[tuple[int, bool]] = Counter()
    for events in log.values():
        days = sorted({CLOCK.day(event.time) for event in events})
        second.update([(days[0], days[1] - days[0])] if len(days) > 1 else [])
        visits = sessions(events)
        gaps.update((b[0].time - a[-1].time) // timedelta(hours=1) for a, b in pairwise(visits))
        begins = {day - (day + 3) % 7 for day in days}
        weeks.update((week, days[0] >= week) for week in begins)
    assert {key: value[0] for key, value in tallies["second_days"].items()} == second
    assert {key[0]: value[0] for key, value in tallies["gaps"].items()} == gaps
    assert {key[0]: tuple(value) for key, value in tallies["weeks"].items()} == {
        week: (weeks[week, True] + weeks[week, False], weeks[week, True]) for week, _ in weeks
    }
