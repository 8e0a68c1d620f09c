"""What a body may look like, what is refused in words, and that an event is the same however it is spelt."""

import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.live.shops import shop_of
from willbuy.events.live import Accepted, EventReader, Refused, with_id
from willbuy.events.live.reader import MOST_SHAPES

NOW = datetime(2015, 6, 2, 5, 3)
OWN = {"timestamp": 1433221332117, "visitorid": 257597, "event": "addtocart", "itemid": 355908}
CANONICAL = {"entity": "257597", "time": "2015-06-02T05:02:12.117Z", "kind": "cart", "item": "355908"}
READER = EventReader(shop_of("retailrocket"))
BERLIN = EventReader(shop_of("berlin"))
TILL = EventReader(shop_of("online_retail"))


def accepted(body: dict[str, Any], reader: EventReader = READER, received: datetime = NOW) -> Accepted:
    read = reader.read(body, received)
    assert isinstance(read, Accepted), read
    return read


def refused(body: dict[str, Any], reader: EventReader = READER, received: datetime = NOW) -> Refused:
    read = reader.read(body, received)
    assert isinstance(read, Refused), read
    return read


def test_own_and_canonical_names_give_the_same_event() -> None:
    own, canonical = accepted(OWN), accepted(CANONICAL)
    assert own == canonical
    assert own.event.kind_name == "addtocart"
    assert own.event.received == NOW
    assert own.event.time == datetime(2015, 6, 2, 5, 2, 12, 117000)


@pytest.mark.parametrize(
    "time",
    ["2015-06-02T07:02:12.117+02:00", "2015-06-02 05:02:12.117 UTC", 1433221332117, "1433221332117.0"],
)
def test_a_canonical_time_is_iso_with_its_offset_or_as_in_the_shop(time: Any) -> None:
    assert accepted({**CANONICAL, "time": time}) == accepted(OWN)


def test_an_own_time_is_as_in_the_shop_alone() -> None:
    assert refused({**OWN, "timestamp": "2015-06-02T05:02:12Z"}).rule == "time_unreadable"
    assert refused({**CANONICAL, "time": "2015-06-02T05:02:12"}).rule == "time_unreadable"


def test_a_canonical_price_has_a_point_whatever_the_files_have() -> None:
    body = {"entity": "a", "time": "2015-06-02T05:02:12Z", "kind": "purchase", "price": 35.79, "quantity": 2}
    assert accepted(body, BERLIN).event.price == 3579
    own = {"user": "a", "ts": "2015-06-02T05:02:12Z", "what": "buy", "price": 35.79}
    assert refused(own, BERLIN).rule == "price_not_a_number"  # under the shop's own names as in its files
    assert accepted(own | {"price": "35,79"}, BERLIN).event.price == 3579


def test_the_rules_of_the_shop_see_canonical_fields() -> None:
    body = {
        "entity": "17850",
        "time": "2010-12-01T08:26:00Z",
        "item": "85123A",
        "price": 2.55,
        "quantity": -6,
    }
    assert accepted(body, TILL).event.kind_name == "stock correction"
    assert accepted(body | {"quantity": 6}, TILL).event.kind == "purchase"
    assert accepted(body | {"quantity": 6, "kind": "view"}, TILL).event.kind == "view"


def test_own_names_take_an_event_id_and_leave_other_names_alone() -> None:
    read = accepted({**OWN, "event_id": "e1", "transactionid": None, "price": 3, "colour": "red"})
    assert (read.event_id, read.event.event_id, read.event.price) == ("e1", "e1", None)
    assert read.ignored == ("transactionid", "price", "colour")
    assert accepted({**CANONICAL, "price": 3}).event.price == 300


def test_a_field_that_stands_there_twice() -> None:
    read = refused({**OWN, "entity": "x"})
    assert (read.rule, read.field) == ("field_twice", "visitorid")
    assert read.says == "the body has 'visitorid' and 'entity', which are both the entity: send one of them"
    assert refused({**CANONICAL, "itemid": 1}).rule == "field_twice"


def test_a_mix_that_gives_every_field_once() -> None:
    mixed = {"visitorid": 257597, "time": "2015-06-02T05:02:12.117Z", "kind": "cart", "itemid": 355908}
    assert accepted(mixed) == accepted(OWN)


@pytest.mark.parametrize(
    ("wrong", "right", "reader"),
    [("visitor_id", "visitorid", READER), ("Timestamp", "timestamp", READER), ("entitty", "entity", BERLIN)],
)
def test_a_misspelt_field_is_named_with_the_nearest_right_spelling(
    wrong: str, right: str, reader: EventReader
) -> None:
    body = OWN if reader is READER else {**CANONICAL}
    read = refused({wrong if name == right else name: value for name, value in body.items()}, reader)
    assert (read.rule, read.field) == ("field_unknown", wrong)
    assert f"Did you mean '{right}'?" in read.says


def test_a_field_that_is_not_there() -> None:
    assert refused({"itemid": 1}) == refused({})
    assert (refused({}).rule, refused({}).field) == ("entity_missing", "visitorid")
    assert refused({"entity": "a"}).rule == "time_missing"
    assert refused({"entity": "a", "time": 1433221332117}).rule == "kind_missing"


@pytest.mark.parametrize("reader", [READER, BERLIN])
def test_five_minutes_into_the_future_and_no_further(reader: EventReader) -> None:
    """B5: a client's clock may go ahead by five minutes, whether or not the shop's files say when they were received."""
    moment = datetime(2015, 6, 2, 5, 2, 12, 117000)
    at_most = moment - timedelta(minutes=5)
    assert accepted(CANONICAL, reader, at_most).event.time == moment
    read = refused(CANONICAL, reader, at_most - timedelta(microseconds=1))
    assert (read.rule, read.field) == ("time_after_received", "time")


def test_what_was_received_is_ours_to_say() -> None:
    own = {"user": "a", "ts": "02.06.2015 07:02", "what": "buy", "seen": "02.06.2015 07:03"}
    assert accepted(own, BERLIN).event.received == NOW
    assert refused({**own, "seen": "02.06.2015 06:56"}, BERLIN).rule == "time_after_received"
    assert refused({**own, "seen": "yesterday"}, BERLIN) == Refused(
        "received_unreadable",
        "seen",
        "the time of receipt cannot be read; send it as the time of the event, or not at all",
    )


@given(st.permutations(list(CANONICAL.items())), st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1)))
def test_the_hash_is_of_the_event_alone(items: list[tuple[str, Any]], received: datetime) -> None:
    """D5: the same event is the same however its JSON is spelt and whenever it comes; any other event is another."""
    read = accepted(dict(items) | {"event_id": "x", "note": 1}, received=received)
    assert read.body_hash == accepted(OWN).body_hash
    assert len(read.body_hash) == 16


@pytest.mark.parametrize(
    "change",
    [{"entity": "257598"}, {"time": "2015-06-02T05:02:12.118Z"}, {"kind": "view"}, {"item": "355909"},
     {"category": "1"}, {"price": 0}, {"quantity": 0}, {"session": "1"}, {"item": None}],
)  # fmt: skip
def test_another_event_has_another_hash(change: dict[str, Any]) -> None:
    assert accepted(CANONICAL | change).body_hash != accepted(OWN).body_hash


def test_an_id_from_elsewhere() -> None:
    read = with_id(accepted(OWN), "k:0")
    assert (read.event_id, read.event.event_id) == ("k:0", "k:0")
    assert read.body_hash == accepted(OWN).body_hash


@pytest.mark.parametrize(
    "value", ["SECRET-4711", {"SECRET-4711": 1}, ["SECRET-4711"], "SECRET-4711\0", "\ud800SECRET-4711"]
)
@pytest.mark.parametrize("field", OWN)
def test_no_refusal_repeats_what_was_sent(field: str, value: Any) -> None:
    """A4: the answer never repeats the input."""
    read = READER.read({**OWN, field: value}, NOW)
    if isinstance(read, Refused):
        assert "4711" not in json.dumps(read)


def test_bodies_of_ever_new_names_are_not_remembered_for_ever() -> None:
    reader = EventReader(shop_of("retailrocket"))
    for number in range(3 * MOST_SHAPES):
        assert accepted({**OWN, f"extra{number}": 1}, reader).ignored == (f"extra{number}",)
        assert accepted({**OWN, "x" * 20_000: 1}, reader).ignored == ("x" * 57 + "...",)
    assert len(reader._shapes) <= MOST_SHAPES
    assert max(len(name) for names in reader._shapes for name in names) < 100


def test_formats_that_only_files_may_have() -> None:
    from willbuy.errors import ShopError

    shop = shop_of("new york")
    time = shop.source.time.model_copy(update={"format": "%G-W%V-%u"})
    with pytest.raises(ShopError, match="live events cannot be read by %G"):
        EventReader(shop.model_copy(update={"source": shop.source.model_copy(update={"time": time})}))


@pytest.mark.gate
@pytest.mark.parametrize("body", [OWN, CANONICAL | {"price": 35.79, "quantity": 1}], ids=["own", "canonical"])
def test_an_event_is_read_in_15_microseconds(body: dict[str, Any]) -> None:
    """Of processor time, the best of five: 20,000 events a second leave 50 for all that is done to one."""
    bodies = [body | {"event_id": f"e{number}"} for number in range(20_000)]
    seconds = []
    for _ in range(5):
        before = time.process_time()
        for sent in bodies:
            READER.read(sent, NOW)
        seconds.append(time.process_time() - before)
    assert min(seconds) / len(bodies) <= 15e-6
