"""A timeline read at a moment says what the events known by then say: no column of it knows more."""

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.engines import ENGINES, Engine
from features.pool import POOL
from features.random_log import random_log, random_moments
from features.same import bits
from features.test_engines_agree import worlds
from willbuy.features.algebra import Count, DaysSinceLast, Feature, OpenCarts
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator, Event, History, Timeline, evaluate
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule

FEATURES = FeatureSet(POOL, LocalTime("America/New_York"), SessionRule(own_ids=True))
DAY = datetime(2015, 5, 10)


def exact(evaluator: Evaluator, timeline: Timeline, moment: datetime) -> list[object]:
    return [bits(value) for value in evaluator.exact(timeline, moment)]


@given(world=worlds())
@settings(max_examples=200)
def test_a_warm_timeline_equals_one_of_what_was_known_alone(world: tuple) -> None:
    """All moments are asked of one timeline, whose columns are made from all events; then of a new one a moment."""
    features, log, pairs = world
    evaluator, warm = Evaluator(features), {name: Timeline(events) for name, events in log.items()}
    for name, moment in pairs:
        known = [event for event in log[name] if event.visible_at(moment)]
        assert exact(evaluator, warm[name], moment) == exact(evaluator, Timeline(known), moment)


@pytest.mark.parametrize("seed", range(20))
def test_neither_arrival_nor_pieces_change_a_bit(seed: int) -> None:
    """B4: events that are added one by one in another order make the same timeline."""
    log, evaluator = random_log(seed=seed, entities=3, late=0.1, own_ids=True), Evaluator(FEATURES)
    for events in log.values():
        whole, pieces = Timeline(sorted(events, key=str)), Timeline()
        for start in range(0, len(events), 2):
            pieces = pieces.add(events[start : start + 2])
        for moment in random_moments(seed, 4):
            assert exact(evaluator, pieces, moment) == exact(evaluator, whole, moment)


def test_adding_leaves_a_timeline_as_it_was() -> None:
    before = Timeline([Event(DAY, "view")])
    after = before.add([Event(DAY - timedelta(days=1), "cart")])
    assert [event.kind for event in before.events] == ["view"]
    assert [event.kind for event in after.events] == ["cart", "view"]
    assert (len(before), len(after), before.add([]).times) == (1, 2, before.times)


@given(late=st.integers(-1, 1))
def test_nothing_is_copied_where_all_that_had_happened_was_known(late: int) -> None:
    received = DAY + timedelta(microseconds=late)
    timeline = Timeline([Event(DAY - timedelta(days=1), "view", received=received)])
    assert (timeline.known_at(History(FEATURES, timeline, DAY).now) is timeline) == (late <= 0)


def test_values_are_the_row_of_a_model() -> None:
    events = random_log(seed=5, entities=1)["visitor 0"]
    moment = random_moments(6, 1)[0]
    facts = item_facts_at(FEATURES.facts, events, moment, FEATURES.clock)
    values = Evaluator(FEATURES).values(Timeline(events), moment, facts)
    expected = evaluate(FEATURES, events, moment, facts)
    assert tuple(expected) == FEATURES.names
    for value, wanted in zip(values, expected.values(), strict=True):
        assert isinstance(value, float)
        assert math.isnan(value) if wanted is None else value == wanted


def test_facts_may_be_anything_with_get() -> None:
    popularity = FeatureSet(tuple(feature for feature in POOL if feature.key == "item_popularity")[:1])
    name = popularity.facts[0].name
    assert name == "count_view_1d"

    class Facts:
        def get(self, item: str) -> dict[str, int] | None:
            return {name: 7} if item == "a" else None

    asked = [Timeline([Event(DAY, "view", item)]) for item in ("a", "b", None)]
    later = DAY + timedelta(days=2)
    assert [Evaluator(popularity).exact(one, later, Facts()) for one in asked] == [[7], [0], [None]]
    assert Evaluator(popularity).exact(asked[0], later) == [0]


def test_a_class_without_a_live_value_is_named() -> None:
    class Nowhere(Feature):
        pass

    with pytest.raises(NotImplementedError, match=r"no live value for Nowhere: declare it with @evaluates"):
        Evaluator(FeatureSet((Nowhere(),)))


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("order", [("s1", "s2", None), ("s2", None, "s1")])
def test_two_carts_of_one_item_at_one_moment_in_two_sessions(engine: Engine, order: tuple) -> None:
    """The greatest session is the current one, and the cart counts as its own, in whatever order they came."""
    features = FeatureSet((OpenCarts(window="session"),), sessions=SessionRule(own_ids=True))
    log = {"ann": [Event(DAY, "cart", "a", session=session) for session in order]}
    for minutes, expected in ((1, 1), (29, 1), (30, 0)):
        [found] = engine.values(features, log, [("ann", DAY + timedelta(minutes=minutes))])
        assert found == {"open_carts_session": expected}


def test_a_history_still_takes_events_as_they_come() -> None:
    events = [Event(DAY - timedelta(days=days), "view", f"item {days}") for days in (1, 2, 9)]
    history = History(FEATURES, iter(events), DAY)
    assert history.events == events[::-1]
    assert history.matching(Count("view", "7d")) == events[1::-1]
    assert history.last_item == "item 1"
    assert history.value(DaysSinceLast()) == 1.0
    assert history.days_before(events[2].time) == 9.0
    assert history.current_session == []
    assert {first for _, first in history.sessions.values()} == {event.time for event in events}
