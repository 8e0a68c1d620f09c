"""The fingerprint of a log: by its events, not by their order, files or keys."""

import pytest

from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.fingerprint import fingerprint

EVENTS = [("ann", "2015-01-01", "view", "a", 100), ("bob", "2015-01-02", "view", "b", None), ("ann", "2015-01-03", "cart", None, None)]  # fmt: skip


def found(events, key_of=lambda name: sum(map(ord, name))):
    with DuckDBWarehouse(None) as warehouse:
        warehouse.execute(
            "CREATE TABLE events (entity_key BIGINT, time TIMESTAMP, kind VARCHAR, item_key BIGINT, category VARCHAR, "
            "price BIGINT, quantity BIGINT, session VARCHAR, event_id VARCHAR, received TIMESTAMP)"
        )
        warehouse.execute("CREATE TABLE entities (entity_key BIGINT, entity VARCHAR)")
        warehouse.execute("CREATE TABLE items (item_key BIGINT, item VARCHAR)")
        for entity, time, kind, item, price in events:
            key = None if item is None else key_of(item)
            values = [key_of(entity), time, kind, key, price]
            warehouse.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, NULL, ?, NULL, NULL, NULL, NULL)", values
            )
        for name in {event[0] for event in events}:
            warehouse.execute("INSERT INTO entities VALUES (?, ?)", [key_of(name), name])
        for name in {event[3] for event in events if event[3]}:
            warehouse.execute("INSERT INTO items VALUES (?, ?)", [key_of(name), name])
        return fingerprint(warehouse)


def test_order_and_keys_do_not_matter():
    first = found(EVENTS)
    assert first == found(EVENTS[::-1]) == found(EVENTS, key_of=lambda name: -sum(map(ord, name)))
    assert {name: first[name] for name in ("events", "entities", "items")} == {
        "events": 3,
        "entities": 2,
        "items": 2,
    }
    assert (first["first"], first["last"]) == ("2015-01-01T00:00:00", "2015-01-03T00:00:00")


@pytest.mark.parametrize("place", range(5))
def test_every_field_matters(place):
    changed = list(EVENTS[0])
    changed[place] = {0: "bob", 1: "2015-01-01 00:00:00.000001", 2: "other", 3: None, 4: 101}[place]
    assert found([tuple(changed), *EVENTS[1:]])["checksum"] != found(EVENTS)["checksum"]


def test_an_event_that_stands_twice_counts_twice_and_no_event_has_a_fingerprint_too():
    assert found([*EVENTS, EVENTS[0]])["checksum"] != found(EVENTS)["checksum"]
    assert found([])["checksum"] == "0" * 32
