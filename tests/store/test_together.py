"""A history and live events, each event once, whichever side holds it."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from willbuy.features.live.event import Event
from willbuy.store.together import together

START = datetime(2026, 3, 1)
FIELDS = ("time", "kind", "item", "event_id")

events = st.builds(
    lambda second, kind, item, event_id: Event(
        START + timedelta(seconds=second), kind, item, event_id=event_id
    ),
    st.integers(0, 2),
    st.sampled_from(["view", "cart"]),
    st.sampled_from(["a", None]),
    st.none(),
)
logs = st.lists(events, max_size=8)


def content(event: Event) -> tuple[object, ...]:
    return event.time, event.kind, event.item


@given(history=logs, live=logs)
def test_without_ids_it_is_the_greater_count_of_each_content(history: list[Event], live: list[Event]) -> None:
    found = together(history, live, FIELDS)
    expected = Counter(map(content, history)) | Counter(map(content, live))
    assert Counter(content(event) for event, _ in found) == expected
    assert [event for event, is_live in found if is_live] == live


@given(log=logs, share=st.sets(st.integers(0, 7)))
def test_an_export_of_live_events_doubles_nothing(log: list[Event], share: set[int]) -> None:
    """Each event has an id; the export keeps some of the ids and knows nothing of when an event was received."""
    live = [
        event._replace(event_id=f"e{n}", received=event.time, category="shoes") for n, event in enumerate(log)
    ]
    export = [
        event._replace(event_id=event.event_id if n in share else None, received=None, category=None)
        for n, event in enumerate(live)
    ]
    assert [event for event, _ in together(export, live, FIELDS)] == live
    assert together(export[::-1], live, FIELDS) == [(event, True) for event in live]


@given(history=logs, live=logs)
def test_two_ids_are_two_events(history: list[Event], live: list[Event]) -> None:
    of_history = [event._replace(event_id=f"h{n}") for n, event in enumerate(history)]
    of_live = [event._replace(event_id=f"l{n}") for n, event in enumerate(live)]
    assert len(together(of_history, of_live, FIELDS)) == len(history) + len(live)


def test_a_field_that_the_history_lacks_tells_no_two_apart() -> None:
    live = Event(START, "view", "a", session="s1", event_id="e1")
    assert together([Event(START, "view", "a")], [live], ("time", "kind", "item")) == [(live, True)]
    assert len(together([Event(START, "view", "a")], [live], ("time", "kind", "item", "session"))) == 2
