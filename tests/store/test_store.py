"""The store, from the door: what goes in comes out, once, in memory, in the indexes and after a new start."""

import sqlite3
from pathlib import Path

import pytest

from store.arrivals import arrival, store_them
from willbuy.errors import StoreDead, StoreError
from willbuy.store import Outcome, Store
from willbuy.store.database import events_file


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    sent = [
        arrival("ann", 1, "e1"),
        arrival("bob", 2, "e2"),
        arrival("ann", 3, None, price=1999, session="s"),
    ]
    with Store(tmp_path) as store:
        assert store_them(store, sent) == [Outcome.STORED] * 3
        assert [stored.event for stored in store.events("ann")] == [sent[0].event, sent[2].event]
        assert store.events("nobody") == []
    with Store(tmp_path) as again:
        assert [stored.event for stored in again.events("ann")] == [sent[0].event, sent[2].event]
        assert list(again.timeline("bob").events) == [sent[1].event]


def test_d5_an_id_is_one_event_for_ever(tmp_path: Path) -> None:
    first, same, other = arrival("ann", 1, "e1"), arrival("ann", 1, "e1"), arrival("ann", 2, "e1")
    for merge_at in (1_000, 1, 1):  # known from memory, then from the indexes, then after a new start
        with Store(tmp_path, merge_at=merge_at) as store:
            expected = Outcome.STORED if merge_at > 1 else Outcome.DUPLICATE
            assert store_them(store, [first]) == [expected]
            assert store_them(store, [same, other]) == [Outcome.DUPLICATE, Outcome.CONFLICT]
            assert [stored.event for stored in store.events("ann")] == [first.event]


def test_one_batch_may_hold_an_event_twice(tmp_path: Path) -> None:
    batch = [arrival("ann", 1, "e1"), arrival("ann", 1, "e1"), arrival("ann", 2, "e1")]
    with Store(tmp_path) as store:
        assert store_them(store, batch) == [Outcome.STORED, Outcome.DUPLICATE, Outcome.CONFLICT]


def test_an_event_without_an_id_is_always_new(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store_them(store, [arrival("ann", 1), arrival("ann", 1)]) == [Outcome.STORED] * 2
        assert len(store.events("ann")) == 2


def test_a_timeline_is_kept_until_its_entity_has_a_new_event(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store_them(store, [arrival("ann", 1, "e1"), arrival("bob", 2, "e2")])
        ann, bob = store.timeline("ann"), store.timeline("bob")
        assert store.timeline("ann") is ann
        store_them(store, [arrival("ann", 3, "e3")])
        assert len(list(store.timeline("ann").events)) == 2
        assert store.timeline("bob") is bob


def test_merging_into_the_indexes_changes_nothing(tmp_path: Path) -> None:
    sent = [arrival(f"v{number % 5}", number, f"e{number}") for number in range(60)]
    with Store(tmp_path, merge_at=7) as store:
        for start in range(0, 60, 3):
            store_them(store, sent[start : start + 3])
        for entity in range(5):
            expected = [a.event for a in sent if a.entity == f"v{entity}"]
            assert [stored.event for stored in store.events(f"v{entity}")] == expected
        assert set(store_them(store, sent)) == {Outcome.DUPLICATE}
    with sqlite3.connect(events_file(tmp_path / "live")) as db:
        counts = db.execute("SELECT (SELECT count(*) FROM ids), (SELECT count(*) FROM owners)").fetchone()
    assert min(counts) > 50


def test_a_closed_store_takes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    assert not store.alive
    with pytest.raises(StoreDead, match="closed"):
        store.submit([arrival("ann", 1)], lambda result: None)


def test_a_folder_has_one_store_at_a_time(tmp_path: Path) -> None:
    with Store(tmp_path), pytest.raises(StoreError, match="another process"):
        Store(tmp_path)
    Store(tmp_path).close()
