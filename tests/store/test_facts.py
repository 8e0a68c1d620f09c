"""Facts about items from the store's tallies equal those from all events in plain Python, however they came in."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.random_log import START, random_log, random_moments
from store.arrivals import arrival, store_them
from store.stores import Opens
from willbuy.features.algebra import ItemConversion, ItemFact, ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.local_time import LocalTime
from willbuy.store import Arrival, LiveStore, Store, tallying

FEATURES = (
    ItemPopularity("view", days=7),
    ItemPopularity((), hours=48),
    ItemConversion("purchase", ("view", "cart"), days=30),
    ItemPopularity("view", days=1, of="category"),
    ItemPopularity("cart", hours=5, of="category"),
)
ABOUT = [*(f"item {number}" for number in range(13)), "shoes", "hats", 'it\'s "odd"']


def sent(log: dict[str, list[Event]]) -> list[Arrival]:
    """The events of everyone as they arrive: in the order in which they were received."""
    found = [(entity, event) for entity, events in log.items() for event in events]
    found.sort(key=lambda pair: pair[1].received or pair[1].time)
    return [Arrival(entity, event, None, b"") for entity, event in found]


def assert_facts(store: LiveStore, features: FeatureSet, events: list[Event], moment: datetime) -> None:
    expected = item_facts_at(features.facts, events, moment, features.clock)
    none = dict.fromkeys((fact.name for fact in features.facts), 0)
    found = store.facts(moment)
    assert {about: found.get(about) for about in ABOUT} == {
        about: expected.get(about, none) for about in ABOUT
    }


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    merge_at=st.sampled_from([1, 13, 10_000]),
    late=st.sampled_from([0.0, 0.1, 0.5]),
    size=st.integers(1, 40),
)
def test_facts_equal_those_of_all_events(seed: int, zone: str, merge_at: int, late: float, size: int) -> None:
    """At many moments, in memory and in the table, with late events, after a new start, and from the middle on."""
    features = FeatureSet(FEATURES, LocalTime(zone))
    arrivals = sent(random_log(seed, entities=12, late=late))
    events = [a.event for a in arrivals]
    moments = random_moments(seed, 6)
    with TemporaryDirectory() as folder:
        home, half = Path(folder), len(arrivals) // 2
        with Store(home, merge_at=merge_at) as store:
            store.use(features)
            for start in range(0, half, size):
                store_them(store, arrivals[start : min(start + size, half)])
            for moment in moments:
                assert_facts(store, features, events[:half], moment)
        with Store(home, merge_at=merge_at) as store:
            store.use(features)
            for start in range(half, len(arrivals), size):
                store_them(store, arrivals[start : start + size])
                assert_facts(store, features, events[: start + size], moments[-1])
            for moment in moments:
                assert_facts(store, features, events, moment)


def test_a_model_with_other_facts_finds_them_tallied(open_store: Opens, tmp_path: Path) -> None:
    arrivals = sent(random_log(3, entities=12))
    events = [a.event for a in arrivals]
    with open_store(tmp_path, merge_at=20) as store:
        for start in range(0, len(arrivals), 7):
            store_them(store, arrivals[start : start + 7])
        for number in range(1, len(FEATURES) + 1):
            features = FeatureSet(FEATURES[:number])
            store.use(features)
            assert_facts(store, features, events, START + timedelta(days=15))
        other = FeatureSet(FEATURES, LocalTime("Asia/Tokyo"))
        store.use(other)
        assert_facts(store, other, events, START + timedelta(days=15))


def test_a_fact_that_was_read_changes_with_the_next_commit(open_store: Opens, tmp_path: Path) -> None:
    """An event that came a day late is known from the day after it came, whoever had asked before."""
    features = FeatureSet((ItemPopularity("view", days=7),))
    with open_store(tmp_path) as store:
        store.use(features)
        moment = START + timedelta(days=5)
        seen = arrival("ann", 0, kind="view", item="a")
        for n in range(1, 4):
            known = seen.event._replace(received=seen.event.time + timedelta(days=n - 1))
            store_them(store, [Arrival("ann", known, None, b"")])
            asked = START.replace(hour=12) + timedelta(days=365)
            assert store.facts(asked).get("a") == {"count_view_7d": 0}
            assert store.facts(known.time.replace(hour=0) + timedelta(days=4)).get("a") == {
                "count_view_7d": n
            }
        assert moment > START


def test_the_clock_of_a_history_must_be_the_models(tmp_path: Path) -> None:
    from store.histories import write_history
    from willbuy.errors import StoreError

    write_history(tmp_path / "live", {})
    with Store(tmp_path) as store, pytest.raises(StoreError, match="days of UTC"):
        store.use(FeatureSet((ItemPopularity("view"),), LocalTime("Europe/Berlin")))


def test_a_model_that_is_being_replaced_still_finds_its_facts(open_store: Opens, tmp_path: Path) -> None:
    before, after = FeatureSet((ItemPopularity("view"),)), FeatureSet((ItemPopularity("cart"),))
    with open_store(tmp_path) as store:
        store.use(before)
        store_them(store, [arrival("ann", n, kind="view", item="a") for n in range(3)])
        store.use(after)
        assert store.facts(START + timedelta(days=30)).get("a") == {"count_view_30d": 0, "count_cart_30d": 0}
        seen = arrival("ann", 0).event.time + timedelta(days=1)
        assert store.facts(seen).get("a") == {"count_view_30d": 3, "count_cart_30d": 0}


def test_facts_say_by_whose_days_they_count(tmp_path: Path) -> None:
    """From before another zone's tallies are there until it answers: no model reads the days of another as its own."""
    utc = FeatureSet((ItemPopularity("view"),))
    tokyo = FeatureSet((ItemPopularity("view"),), LocalTime("Asia/Tokyo"))
    moment = START + timedelta(days=30)
    with Store(tmp_path) as store:
        store.use(utc)
        seen: list[LocalTime] = []
        store._db.set_trace_callback(
            lambda words: seen.append(store.facts(moment).local) if words == "COMMIT" else None
        )
        store.use(tokyo)
        store._db.set_trace_callback(None)
        assert seen == [tokyo.clock]
        assert store.facts(moment).local == tokyo.clock
        with pytest.raises(RuntimeError), pytest.MonkeyPatch.context() as patched:
            patched.setattr(tallying, "set_meta", _fails)
            store.use(utc)
        assert store.facts(moment).local == tokyo.clock


def _fails(*_: object) -> None:
    raise RuntimeError("died here")


def test_a_fact_of_hours_is_told_from_one_of_days() -> None:
    assert ItemFact(("view",), hours=24).name != ItemFact(("view",), 24).name
