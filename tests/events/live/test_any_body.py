"""A4, D6: whatever JSON can hold, the reader answers with an event or a rule, in words that hold nothing of it."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.live.shops import SOURCES, odd_values, shop_of
from willbuy.events.canonical import KINDS
from willbuy.events.live import Accepted, EventReader
from willbuy.events.live.names import NAMES
from willbuy.events.rules import RULES

READERS = {name: EventReader(shop_of(name)) for name in SOURCES}
RULE_NAMES = {rule.name for rule in RULES} | {"field_twice", "field_unknown"}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.text(st.characters(), max_size=20),  # halves of surrogate pairs and NUL as well
    st.sampled_from(
        [2**70, 10**4000, -(10**4000), 1e308, "x" * 1_000_000, "\ud800", "\0", float("nan"), float("inf")]
    ),
    st.sampled_from(
        [json.loads(text) for field in ("entity", "time", "price", "kind") for text in odd_values(field)]
    ),
)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3)
)
OWN_NAMES = sorted({column for reader in READERS.values() for column in reader.source.columns.values()})
BODIES = st.dictionaries(st.sampled_from([*NAMES, *OWN_NAMES]) | st.text(max_size=6), VALUES, max_size=8)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(READERS)), BODIES)
def test_any_body(name: str, body: dict[str, Any]) -> None:
    read = READERS[name].read(body, datetime(2015, 6, 2))
    if isinstance(read, Accepted):
        assert read.event.kind in KINDS
        assert read.entity == read.entity.encode().decode()
        assert read.event.received == datetime(2015, 6, 2)
    else:
        assert read.rule in RULE_NAMES
        assert len(json.dumps(read)) < 500


@pytest.mark.parametrize("name", READERS)
def test_odd_values_under_canonical_names(name: str) -> None:
    """Each canonical field takes each odd value, in every shop: nothing but events and rules comes out."""
    sound = {"entity": "a", "time": "2015-06-02T05:02:12Z", "kind": "view"}
    rules = set()
    for field in NAMES:
        for text in odd_values(field):
            read = READERS[name].read({**sound, field: json.loads(text)}, datetime(2099, 1, 1))
            rules.add("" if isinstance(read, Accepted) else read.rule)
    assert {
        "",
        "entity_missing",
        "time_unreadable",
        "kind_unknown",
        "price_negative",
        "quantity_not_whole",
    } <= rules
    assert rules <= RULE_NAMES | {""}
