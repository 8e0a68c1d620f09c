"""Texts and numbers go to the server as arrays that we write ourselves: what comes back is what was sent."""

from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from store.arrivals import START, arrival, store_them
from store.stores import Schemas
from willbuy.store import Arrival, Outcome
from willbuy.store.postgres.rows import storable

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["NULL", "", '"', "\\", "{}", "a,b", "\\\\'\"", "\n\t", "\x7f", "ä☃𝕏"]),
)
NUMBERS = st.integers(-(2**63), 2**63 - 1)


def arrivals() -> SearchStrategy[Arrival]:
    return st.builds(
        lambda n, text, other, number, after: arrival(
            text, n, other, category=text, session=other, price=number, received=START + after
        ),
        st.integers(0, 9),
        TEXTS,
        TEXTS,
        NUMBERS,
        st.timedeltas(timedelta(0), timedelta(days=9999)),
    )


def test_any_text_and_number_comes_back(on_server: Schemas, tmp_path: Path) -> None:
    with on_server(tmp_path) as store:

        @settings(max_examples=60, deadline=None)
        @given(st.lists(arrivals(), min_size=1, max_size=8))
        def comes_back(sent: list[Arrival]) -> None:
            fresh = [one._replace(event_id=None, event=one.event._replace(event_id=None)) for one in sent]
            outcomes = store_them(store, fresh)
            assert outcomes == [Outcome.STORED if storable(one) else Outcome.REFUSED for one in fresh]
            for one in (one for one in fresh if storable(one)):
                assert one.event in [stored.event for stored in store.events(one.entity)]

        comes_back()


def test_what_a_server_holds_not_is_refused() -> None:
    assert storable(arrival("ann", 1))
    assert not storable(arrival("a\0b", 1))
    assert not storable(arrival("ann", 1, price=2**63))
    assert not storable(arrival("\ud800", 1))
