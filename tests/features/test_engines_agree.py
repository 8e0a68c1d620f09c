"""Random event logs through every engine: the same bits as the plain Python of `live`."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.engines import ENGINES, Engine, Live
from features.pool import POOL
from features.random_log import START, random_log
from features.same import assert_same
from willbuy.events.canonical import KINDS
from willbuy.features.algebra import Count, Distinct, ItemConversion, Last
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event, evaluate
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule

SPRING = datetime(
    2015, 3, 28, 22, 0
)  # Berlin's clocks leap forward the night after, New York's did so before
STEPS = [timedelta(minutes=minutes) for minutes in (0, 0, 0, 1, 29, 30, 31, 90)] + [
    timedelta(hours=1),
    timedelta(hours=7, microseconds=1),
    timedelta(days=1),
    timedelta(days=1, microseconds=-1),
    timedelta(days=3),
    timedelta(days=7),
]
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    moment = draw(st.sampled_from([SPRING, datetime(1969, 12, 30), datetime(2015, 10, 24, 23)]))
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=4)):
        moment += step
    return moment + timedelta(microseconds=draw(st.sampled_from([0, 0, 0, 1, -1])))


@st.composite
def events(draw: st.DrawFn, start: datetime) -> list[Event]:
    time, found = start, []
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=12)):
        time += step
        late = draw(
            st.sampled_from(
                [
                    None,
                    None,
                    None,
                    timedelta(0),
                    timedelta(minutes=45),
                    timedelta(days=2),
                    timedelta(seconds=-1),
                ]
            )
        )
        found.append(
            Event(
                time=time,
                kind=draw(st.sampled_from(KINDS)),
                item=draw(st.sampled_from([None, "a", "b", "zebra", "Ä"])),
                category=draw(st.sampled_from([None, "shoes", "hats", 'it\'s "odd"'])),
                price=draw(st.sampled_from([None, 0, 999, 1000, 123_456_789_012])),
                quantity=draw(st.sampled_from([None, 1, 2, -3, 80_995])),
                session=draw(st.sampled_from([None, "s1", "s2"])),
                received=None if late is None else time + late,
            )
        )
    return draw(st.permutations(found + found[: draw(st.integers(0, 2))]))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[FeatureSet, dict[str, list[Event]], list[tuple[str, datetime]]]:
    start = draw(moments())
    log = {name: draw(events(start)) for name in ("ann", "Bob", "çem")[: draw(st.integers(1, 3))]}
    if not any(log.values()):
        log["ann"] = [Event(start, "view")]
    known = [event.time for seen in log.values() for event in seen]
    asked = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    steps = st.sampled_from([*STEPS, timedelta(microseconds=1), timedelta(days=30)])
    pairs = sorted({(name, moment + draw(steps)) for moment in asked for name in log})
    features = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=12, unique=True))
    rule = SessionRule(own_ids=draw(st.booleans()))
    return FeatureSet(tuple(features), LocalTime(draw(st.sampled_from(ZONES))), rule), log, pairs


def agrees(engine: Engine, world: tuple) -> None:
    """Hold what an engine says of a world against the plain Python of `live`."""
    features, log, pairs = world
    expected = Live().values(features, log, pairs)
    found = engine.values(features, log, pairs)
    for (entity, moment), ours, theirs in zip(pairs, expected, found, strict=True):
        if theirs is None:
            population = FeatureSet((getattr(engine, "population", Count()),))
            assert list(evaluate(population, log[entity], moment).values()) == [0]
        else:
            assert ours is not None
            assert_same(theirs, ours)


@pytest.mark.parametrize("engine", ENGINES[1:], ids=lambda engine: engine.name)
@given(world=worlds())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_batch_equals_live_bit_for_bit(engine: Engine, world: tuple) -> None:
    agrees(engine, world)


@pytest.mark.parametrize("engine", ENGINES[1:], ids=lambda engine: engine.name)
def test_what_looks_for_another_next_event_has_a_column_of_its_own(engine: Engine) -> None:
    """The last event of each category, and the last event that has one: both were called the next of a category."""
    features = (
        Distinct((), "7d", of="category"),
        ItemConversion(days=2, of="category"),
        Last((), of="money"),
    )  # type: ignore[arg-type]
    log = random_log(3, 30)
    pairs = [(name, START + timedelta(days=days)) for name in log for days in (5, 12)]
    agrees(engine, (FeatureSet(features, LocalTime("Europe/Berlin")), log, pairs))
