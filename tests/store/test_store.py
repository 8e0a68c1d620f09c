"""The store, from the door: what goes in comes out, once, in memory, in the indexes and after a new start."""

import gc
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from store.arrivals import arrival, store_them
from store.stores import Opens
from willbuy.errors import StoreBusy, StoreDead, StoreError
from willbuy.store import Outcome, Store, working
from willbuy.store.database import events_file


def test_what_goes_in_comes_out(open_store: Opens, tmp_path: Path) -> None:
    sent = [
        arrival("ann", 1, "e1"),
        arrival("bob", 2, "e2"),
        arrival("ann", 3, None, price=1999, session="s"),
    ]
    with open_store(tmp_path) as store:
        assert store_them(store, sent) == [Outcome.STORED] * 3
        assert [stored.event for stored in store.events("ann")] == [sent[0].event, sent[2].event]
        assert store.events("nobody") == []
    with open_store(tmp_path) as again:
        assert [stored.event for stored in again.events("ann")] == [sent[0].event, sent[2].event]
        assert list(again.timeline("bob").events) == [sent[1].event]


def test_d5_an_id_is_one_event_for_ever(open_store: Opens, tmp_path: Path) -> None:
    first, same, other = arrival("ann", 1, "e1"), arrival("ann", 1, "e1"), arrival("ann", 2, "e1")
    for merge_at in (1_000, 1, 1):  # known from memory, then from the indexes, then after a new start
        with open_store(tmp_path, merge_at=merge_at) as store:
            expected = Outcome.STORED if merge_at > 1 else Outcome.DUPLICATE
            assert store_them(store, [first]) == [expected]
            assert store_them(store, [same, other]) == [Outcome.DUPLICATE, Outcome.CONFLICT]
            assert [stored.event for stored in store.events("ann")] == [first.event]


def test_one_batch_may_hold_an_event_twice(open_store: Opens, tmp_path: Path) -> None:
    batch = [arrival("ann", 1, "e1"), arrival("ann", 1, "e1"), arrival("ann", 2, "e1")]
    with open_store(tmp_path) as store:
        assert store_them(store, batch) == [Outcome.STORED, Outcome.DUPLICATE, Outcome.CONFLICT]


def test_an_event_without_an_id_is_always_new(open_store: Opens, tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
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


def test_a_closed_store_takes_nothing(open_store: Opens, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.close()
    assert not store.alive
    with pytest.raises(StoreDead, match="closed"):
        store.submit([arrival("ann", 1)], lambda result: None)


def test_a_folder_has_one_store_at_a_time(tmp_path: Path) -> None:
    with Store(tmp_path), pytest.raises(StoreError, match="another process"):
        Store(tmp_path)
    Store(tmp_path).close()


def test_another_program_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store._db.execute("PRAGMA busy_timeout = 50")
        with closing(sqlite3.connect(events_file(tmp_path / "live"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy, match="another program"):
                store_them(store, [arrival("ann", 1, "e1")])
            other.execute("ROLLBACK")
        assert store_them(store, [arrival("ann", 1, "e1")]) == [Outcome.STORED]


def test_more_than_may_wait_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "MOST_WAITING", 10)
    held, ready = threading.Event(), threading.Event()

    def slow(result: object) -> None:
        ready.set()
        held.wait(120)

    with Store(tmp_path) as store:
        store.submit([arrival("ann", 1)], slow)
        ready.wait(120)
        store.submit([arrival("ann", n) for n in range(9)], lambda result: None)
        with pytest.raises(StoreBusy, match="9 events wait"):
            store.submit([arrival("ann", n) for n in range(9)], lambda result: None)
        held.set()


def test_d6_whoever_fails_when_told_stops_nobody(open_store: Opens, tmp_path: Path) -> None:
    def fails(result: object) -> None:
        raise RuntimeError("the loop is closed")

    with open_store(tmp_path) as store:
        store.submit([arrival("ann", 1, "e1")], fails)
        assert store_them(store, [arrival("ann", 2, "e2")]) == [Outcome.STORED]
        assert store.alive


def test_d6_a_fault_of_the_writer_itself_is_told_to_everyone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the commit: the event is stored, its sender is told that nobody knows, and a new start knows it."""
    with Store(tmp_path) as store:

        def fails(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(store._index, "add", fails)
        with pytest.raises(StoreDead, match="MemoryError"):
            store_them(store, [arrival("ann", 1, "e1")])
        assert not store.alive
        assert not store.ready
    with Store(tmp_path) as again:
        assert store_them(again, [arrival("ann", 1, "e1")]) == [Outcome.DUPLICATE]


def test_d2_a_start_reads_the_newest_events_only(tmp_path: Path) -> None:
    """However many visitors are stored: what is read is what the indexes have not taken in."""
    with Store(tmp_path, merge_at=100) as store:
        for start in range(0, 3_000, 60):
            store_them(store, [arrival(f"visitor-{n}", n, f"e{n}") for n in range(start, start + 60)])
    with Store(tmp_path, merge_at=100) as again:
        assert len(again._index.tail) + len(again._index.frozen) <= 2 * 160
        assert len(again.timeline("visitor-7")) == 1


@pytest.mark.gate
def test_d2_a_million_visitors_are_ready_in_ten_seconds(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for start in range(0, 1_000_000, 5_000):
            store_them(store, [arrival(f"visitor-{n}", n, f"e{n}") for n in range(start, start + 5_000)])
    began = time.monotonic()
    with Store(tmp_path) as again:
        assert again.ready
        assert len(again.timeline("visitor-7")) == 1
        assert time.monotonic() - began <= 10


def test_threads_that_end_leave_no_open_file(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store_them(store, [arrival("ann", 1, "e1")])
        counts = []
        for _ in range(12):
            thread = threading.Thread(target=lambda: counts.append(len(store.events("ann"))))
            thread.start()
            thread.join()
        gc.collect()
        assert counts == [1] * 12
        assert len(store._readers._all) <= 1


def test_a_file_of_another_format_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path) as store:
        store_them(store, [arrival("ann", 1, "e1")])
    with closing(sqlite3.connect(events_file(tmp_path / "live"), isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    for _ in range(2):
        with pytest.raises(StoreError, match="is of format 99, this willbuy reads 1"):
            Store(tmp_path)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match="or newer"):
        Store(tmp_path / "other")


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    events_file(tmp_path / "live").write_bytes(b"no database " * 1000)
    for _ in range(2):
        with pytest.raises(StoreError, match="cannot be opened: file is not a database"):
            Store(tmp_path)
