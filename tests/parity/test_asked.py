"""What is asked: around each event, at the edges of windows, of many entities before many events of one."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from willbuy.features.algebra import Count
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.parity.asked import INSTANT, moments_around, pairs_around, spans_of

TIME = datetime(2015, 7, 1, 12)
FEATURES = FeatureSet((Count("view", "7d"), Count("view", "1d"), Count()), LocalTime("Europe/Berlin"))


def test_the_moments_around_an_event() -> None:
    received = TIME + timedelta(hours=1)
    found = list(moments_around(TIME, received, timedelta(days=7), LocalTime("Europe/Berlin")))
    week, midnight = TIME + timedelta(days=7), datetime(2015, 7, 1, 22)
    at = [TIME - INSTANT, TIME, TIME + INSTANT, received - INSTANT, received, received + INSTANT]
    assert found == [*at, week, week + INSTANT, midnight - INSTANT, midnight]
    assert len(list(moments_around(TIME, TIME, timedelta(days=7), LocalTime()))) == 7


def test_the_spans_are_those_of_the_windows_and_the_session_gap() -> None:
    assert spans_of(FEATURES) == [timedelta(minutes=30), timedelta(days=1), timedelta(days=7)]


@given(
    events=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10_000)), max_size=60, unique=True),
    n=st.integers(1, 300),
)
def test_as_many_as_asked_and_of_everyone_before_more_of_one(events: list[tuple[int, int]], n: int) -> None:
    seen = [(entity, TIME - timedelta(minutes=minutes), None) for entity, minutes in events]
    pairs = pairs_around(seen, FEATURES, n)
    assert pairs == sorted(set(pairs))
    everything = pairs_around(seen, FEATURES, 10**9)
    assert len(pairs) >= min(n, len(everything))
    assert len(pairs) < n + 7
    greedy = [(0, TIME - timedelta(hours=hours), None) for hours in range(40)]
    others = [(entity, TIME - timedelta(days=30), None) for entity in range(1, 6)]
    assert {entity for entity, _ in pairs_around([*greedy, *others], FEATURES, 50)} == set(range(6))
