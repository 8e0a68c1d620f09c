"""P2, the store's part: an erased visitor leaves no byte, does not come again, and a death in between is made good."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store.arrivals import START, arrival, store_them
from store.histories import write_history
from waiting import until
from willbuy.errors import StoreRead
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.store import Arrival, Outcome, Store
from willbuy.store import erasing as erasing_module
from willbuy.store.database import get_meta
from willbuy.store.erasing_from_outside import erase_stored

ANN = "ann-4711"
MARKS = (b"ann-4711", b"ann-event-", b"ann-session", b"1234567891")


def events_of_ann(number: int = 40) -> list[Arrival]:
    return [
        arrival(ANN, n, f"ann-event-{n}", session=f"ann-session{n}", price=1_234_567_891)
        for n in range(number)
    ]


def others(number: int = 400) -> list[Arrival]:
    return [arrival(f"visitor-{n % 60}", n, f"e{n}", category="shoes") for n in range(number)]


def bytes_of_ann(home: Path) -> dict[str, list[bytes]]:
    """What of ann is in the files."""
    prices = (1_234_567_891).to_bytes(4, "big")
    found = {
        path.name: [mark for mark in (*MARKS, prices) if mark in path.read_bytes()]
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }
    return {name: marks for name, marks in found.items() if marks}


@pytest.fixture(params=[7, 50_000], ids=["indexed", "in memory"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that knows ann and others, live and from a history."""
    write_history(tmp_path / "live", {a.entity: [a.event] for a in (*others(50), *events_of_ann(1))})
    with Store(tmp_path, merge_at=request.param) as store:
        mixed = sorted((*events_of_ann(), *others()), key=lambda a: a.event.time)
        for start in range(0, len(mixed), 40):
            store_them(store, mixed[start : start + 40])
        yield store


def test_p2_no_byte_remains(full: Store) -> None:
    home = full.folder.parent
    assert bytes_of_ann(home)
    kept = full.timeline("visitor-1")
    assert len(kept) > 5
    assert len(full.timeline(ANN)) >= 40
    full.erase(ANN)
    assert bytes_of_ann(home) == {}
    assert full.events(ANN) == []
    assert len(full.timeline(ANN)) == 0
    assert full.timeline("visitor-1").events == kept.events
    assert store_them(full, [arrival(ANN, 999, "late"), arrival("bob", 1, "b")]) == [
        Outcome.SUPPRESSED,
        Outcome.STORED,
    ]
    assert bytes_of_ann(home) == {}
    assert set(store_them(full, others())) == {Outcome.DUPLICATE}


def test_the_file_is_written_anew_only_where_bytes_are_left(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of who came last the rows lie alone; of an id that another contains some bytes are always found."""
    said: list[str] = []
    store_them(full, [arrival("unlike-anybody", 500, "unlike-any")])
    full._db.set_trace_callback(said.append)
    full.erase("unlike-anybody")
    assert "VACUUM" not in said
    assert not any(b"unlike-any" in path.read_bytes() for path in full.folder.iterdir() if path.is_file())
    full.erase("visitor-1")  # visitor-10 stays
    assert "VACUUM" in said


def test_the_list_of_the_erased_outlives_a_start(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store_them(store, events_of_ann(3))
        store.erase(ANN)
    with Store(tmp_path) as again:
        assert store_them(again, events_of_ann(3)) == [Outcome.SUPPRESSED] * 3
    assert bytes_of_ann(tmp_path) == {}


def test_numbers_are_not_given_twice(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store_them(store, [arrival("bob", 1, "b1"), *events_of_ann(5)])
        store.erase(ANN)
    with Store(tmp_path) as again:
        store_them(again, [arrival("bob", 2, "b2")])
        numbers = [seq for (seq,) in again._db.execute("SELECT seq FROM events ORDER BY seq")]
    assert numbers == [1, 7]


@pytest.mark.parametrize("died_at", ["erase_from_history", "delete_rows", "_rewrite"])
def test_p2_a_death_in_between_is_made_good_at_the_next_start(
    full: Store, died_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer's thread is stopped by an error at each of the steps, as a kill would; a new start ends the work."""
    home = full.folder.parent

    def dies(*_: object) -> None:
        raise RuntimeError("died here")

    with monkeypatch.context() as patched:
        patched.setattr(erasing_module, died_at, dies)
        with pytest.raises(RuntimeError, match="died here"):
            full.erase(ANN)
        full.close()
    with closing(Store(home)) as again:
        assert bytes_of_ann(home) == {}
        assert again.events(ANN) == []
        assert len(again.events("visitor-1")) > 5


def test_p2_a_death_before_the_old_bytes_are_overwritten_is_made_good(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is written anew, but the new one still stands in the log of writes alone."""
    home, calls, empty = full.folder.parent, [], erasing_module._empty_log

    def dies_second(db: sqlite3.Connection) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("died here")
        empty(db)

    with monkeypatch.context() as patched:
        patched.setattr(erasing_module, "_empty_log", dies_second)
        patched.setattr(erasing_module, "holds", lambda *_: True)
        with pytest.raises(RuntimeError, match="died here"):
            full.erase(ANN)
        assert get_meta(full._db, "rewrite", "0") == "1"
    full.erase("visitor-2")
    assert bytes_of_ann(home) == {}


def test_p2_who_is_erased_is_answered_no_more_while_somebody_reads_the_file(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup or an ingest reads for minutes: events are stored and answered meanwhile, and the bytes go after it."""
    monkeypatch.setattr(erasing_module, "PATIENCE_SECONDS", 0.2)
    assert len(full.timeline(ANN)) >= 40
    with closing(sqlite3.connect(full.folder / "events.sqlite", isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM events").fetchall()
        with pytest.raises(StoreRead, match="reads the live store's file"):
            full.erase(ANN)
        assert len(full.timeline(ANN)) == 0
        assert store_them(full, [arrival("bob", 1, "b"), arrival(ANN, 999, "late")]) == [
            Outcome.STORED,
            Outcome.SUPPRESSED,
        ]
        full.close()
        with Store(full.folder.parent) as again:
            assert len(again.timeline("bob")) == 1  # a start waits for no reader
            reading.execute("COMMIT")
            again.erase("nobody")
            assert bytes_of_ann(full.folder.parent) == {}


def test_others_lose_nothing_while_one_is_erased(tmp_path: Path) -> None:
    """Acknowledged events stand in the answers at every moment of an erasure."""
    with Store(tmp_path) as store:
        for start in range(0, 8_000, 1_000):
            store_them(store, [arrival(f"visitor-{n % 50}", n, f"e{n}") for n in range(start, start + 1_000)])
        store_them(store, events_of_ann(1))
        seen, done = set(), threading.Event()

        def look() -> None:
            while not done.is_set():
                seen.add(len(store.events("visitor-7")))

        looking = threading.Thread(target=look)
        looking.start()
        until(lambda: seen)
        store.erase(ANN)
        done.set()
        looking.join()
    assert seen == {160}


def test_many_who_ask_at_once_are_erased_together(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are written anew a few times, not once for each of them."""
    rewritten, rewrite = [], erasing_module._rewrite

    def counted(*given: Any) -> None:
        rewritten.append(1)
        until(lambda: all(thread.ident for thread in threads))
        rewrite(*given)

    monkeypatch.setattr(erasing_module, "_rewrite", counted)
    people = [ANN, *(f"visitor-{n}" for n in range(1, 20))]
    threads = [threading.Thread(target=full.erase, args=(entity,)) for entity in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert bytes_of_ann(full.folder.parent) == {}
    assert [len(full.events(entity)) for entity in people] == [0] * 20
    assert len(full.events("visitor-0")) > 5
    assert 1 <= len(rewritten) < 20


def test_another_process_asks_the_service(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store_them(store, [*events_of_ann(), *others()])
        store.timeline(ANN)
        asking = threading.Thread(target=erase_stored, args=(tmp_path, ANN))
        asking.start()
        asking.join(120)
        assert not asking.is_alive()
        assert bytes_of_ann(tmp_path) == {}
        assert len(store.timeline(ANN)) == 0
    erase_stored(tmp_path, "visitor-1")
    assert b"visitor-1\x00" not in (tmp_path / "live" / "events.sqlite").read_bytes()


def test_an_erased_visitor_counts_for_no_item(tmp_path: Path) -> None:
    features = FeatureSet((ItemPopularity("view"),))
    with Store(tmp_path, merge_at=10) as store:
        store.use(features)
        sent = [
            a._replace(event=a.event._replace(kind="view", item="shoe"))
            for a in (*events_of_ann(), *others(5))
        ]
        store_them(store, sent[:30])
        store_them(store, sent[30:])
        tomorrow = START + timedelta(days=2)
        assert store.facts(tomorrow).get("shoe") == {"count_view_30d": 45}
        store.erase(ANN)
        assert store.facts(tomorrow).get("shoe") == {"count_view_30d": 5}


@pytest.mark.parametrize("merge_at", [10, 50_000])
def test_expired_events_go_and_their_ids_with_them(tmp_path: Path, merge_at: int) -> None:
    """P3, the store's part."""
    sent = [arrival("ann", n * 3600, f"e{n}") for n in range(100)]
    with Store(tmp_path, merge_at=merge_at) as store:
        for start in range(0, 100, 10):
            store_them(store, sent[start : start + 10])
        limit = START + timedelta(hours=50)
        assert store.expire(limit) == 50
        assert [stored.event for stored in store.events("ann")] == [a.event for a in sent[50:]]
        assert len(store.timeline("ann")) == 50
        assert store_them(store, [sent[0], sent[60]]) == [Outcome.STORED, Outcome.DUPLICATE]


def test_expired_events_go_on_to_count_for_their_items_whatever_model_comes(tmp_path: Path) -> None:
    """A model that reads facts about categories too is promoted after some events have expired."""
    of_items = FeatureSet((ItemPopularity("view"),))
    of_both = FeatureSet((ItemPopularity("view"), ItemPopularity("view", of="category")))
    sent = [arrival("ann", n * 3600, f"e{n}", item="shoe", category="shoes") for n in range(20)]
    sent = [one._replace(event=one.event._replace(kind="view")) for one in sent]
    later = START + timedelta(days=5)
    with Store(tmp_path) as store:
        store.use(of_items)
        store_them(store, sent)
        assert store.expire(START + timedelta(hours=10)) == 10
        assert store.facts(later).get("shoe")["count_view_30d"] == 20
        store.use(of_both)
        assert store.facts(later).get("shoe")["count_view_30d"] == 20
        assert store.facts(later).get("shoes")["count_in_category_view_30d"] == 10
        store_them(store, [arrival("bob", 0, "b")._replace(event=sent[0].event)])
        assert store.facts(later).get("shoe")["count_view_30d"] == 21
        assert store.facts(later).get("shoes")["count_in_category_view_30d"] == 11
