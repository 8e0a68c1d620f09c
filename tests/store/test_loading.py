"""The history of the warehouse in the store: equal to silver, loaded once a log, put in place at once."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events.shops import SOURCE, shop_at, some_rows, write_log
from store.arrivals import arrival, store_them
from waiting import until
from willbuy.events.ingest import ingest
from willbuy.features.algebra import ItemConversion, ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.features.live.item_facts import item_facts_at
from willbuy.features.local_time import LocalTime
from willbuy.hashed_ids import Suppression
from willbuy.shop import Shop
from willbuy.store import Arrival, Outcome, Store, loading
from willbuy.store.history import History, history_file
from willbuy.store.loading import load_history
from willbuy.store.opening import has_log
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.spark.tables import layout_of

ROWS = some_rows(3_000)


def shop_with(folder: Path, rows: list[str], **source: Any) -> Shop:
    """A shop whose log of these rows is ingested."""
    number = len(list(folder.glob("log-*.csv")))
    write_log(folder / f"log-{number}.csv", rows)
    shop = shop_at(folder, files=["log-*.csv"], **source)
    ingest(shop)
    return shop


def silver(shop: Shop) -> dict[str, list[Event]]:
    """The log as the live side holds events, by visitor."""
    columns = "n.entity, e.time, e.kind, i.item, e.category, e.price, e.quantity, e.session, e.event_id, e.received, e.kind_name"
    found: dict[str, list[Event]] = {}
    with open_warehouse(shop) as warehouse:
        for entity, *values in warehouse.rows(
            f"SELECT {columns} FROM events AS e JOIN entities AS n USING (entity_key) LEFT JOIN items AS i USING (item_key)"
        ):
            found.setdefault(entity, []).append(Event(*values))
    return found


def in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: tuple(map(str, event)))


@pytest.mark.parametrize(("at_once", "steps"), [(None, 16), (600, 6), (10_000, 1)])
def test_the_history_is_silver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int | None, steps: int
) -> None:
    """Packed bucket by bucket; or, as of an engine whose every query passes over all events, many at once."""
    shop = shop_with(tmp_path, ROWS)
    expected = silver(shop)
    if at_once:
        monkeypatch.setattr(DuckDBWarehouse, "parts_itself", True)
        monkeypatch.setattr(loading, "_EVENTS_AT_ONCE", at_once)
    said: list[str | None] = []
    loaded = load_history(shop, lambda done, total, stage: said.append(stage))
    assert said.count("visitors packed") == steps
    assert (loaded.visitors, loaded.events, loaded.items) == (len(expected), 3_000, 30)
    with Store(shop.home) as store:
        for entity, events in expected.items():
            assert in_order([stored.event for stored in store.events(entity)]) == in_order(events)
        assert store.events("nobody") == []


def test_the_same_log_is_loaded_once(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, ROWS[:100])
    first = load_history(shop)
    state = history_file(shop.home / "live").stat().st_ino
    assert load_history(shop).skipped
    assert not first.skipped
    assert history_file(shop.home / "live").stat().st_ino == state
    shop = shop_with(tmp_path, ROWS[100:200])
    assert load_history(shop).events == 200


def test_a_running_service_sees_the_new_history(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, ["u1,2024-03-01 10:00:00,view,i1,1.00,1"])
    load_history(shop)
    with Store(shop.home) as store:
        assert len(store.timeline("u1")) == 1
        shop = shop_with(tmp_path, ["u1,2024-03-02 10:00:00,buy,i1,1.00,1"])
        load_history(shop)
        until(lambda: len(store.timeline("u1")) == 2)


def test_live_events_and_an_export_of_them_are_the_same_events(tmp_path: Path) -> None:
    shop = shop_with(
        tmp_path, ["u1,2024-03-01 10:00:00,view,i1,1.00,1", "u1,2024-03-01 10:00:05,buy,i1,1.00,1"]
    )
    load_history(shop)
    happened = datetime(2024, 3, 1, 10)
    again = Event(happened, "view", "i1", price=100, quantity=1, received=happened, event_id="e1")
    new = Event(happened + timedelta(hours=1), "view", "i2", received=happened, event_id="e2")
    with Store(shop.home) as store:
        sent = [Arrival("u1", again, "e1", b"1"), Arrival("u1", new, "e2", b"2")]
        assert store_them(store, sent) == [Outcome.STORED] * 2
        assert [event.time.second for event in store.timeline("u1").events] == [0, 5, 0]
        assert [stored.live for stored in store.events("u1")] == [False, True, True]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_facts_of_history_and_live_events_equal_the_oracles(tmp_path: Path, zone: str) -> None:
    features = FeatureSet(
        (ItemPopularity("view", days=3), ItemPopularity((), hours=30), ItemConversion(days=2)),
        LocalTime(zone),
    )
    write_log(tmp_path / "log-0.csv", ROWS[::2])
    shop = shop_at(tmp_path, files=["log-*.csv"])
    shop = shop.model_copy(update={"shop": shop.shop.model_copy(update={"zone": zone})})
    ingest(shop)
    load_history(shop)
    events = [event for found in silver(shop).values() for event in found]
    start = min(event.time for event in events)
    with Store(shop.home, merge_at=50) as store:
        store.use(features)
        more = [
            Event(
                start + timedelta(minutes=40 * n),
                "view",
                f"i{n % 5}",
                received=start + timedelta(minutes=50 * n),
            )
            for n in range(120)
        ]
        store_them(store, [Arrival("new", event, None, b"") for event in more])
        for hours in range(1, 150, 7):
            moment = start + timedelta(hours=hours)
            expected = item_facts_at(features.facts, [*events, *more], moment, features.clock)
            found = store.facts(moment)
            none = dict.fromkeys((fact.name for fact in features.facts), 0)
            for item in (f"i{n}" for n in range(31)):
                assert found.get(item) == expected.get(item, none)


def test_an_erased_visitor_is_not_loaded_again(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, ROWS[:200])
    Suppression(shop.home).add("u3")
    load_history(shop)
    with closing(History(shop.home / "live")) as history:
        assert history.events("u3") == []
        assert history.holds("u4")
    assert b'"u3"' not in history_file(shop.home / "live").read_bytes()


def test_a_load_that_is_killed_leaves_the_old_history(tmp_path: Path) -> None:
    """At several moments; what it had begun is removed by the next, which ends as if nothing had been."""
    shop = shop_with(tmp_path, ROWS[:100])
    load_history(shop)
    shop_with(tmp_path, ROWS[100:])
    (tmp_path / "shop.json").write_text(
        json.dumps({"source": {**SOURCE, "files": ["log-*.csv"]}, "target": {"within": "7d"}})
    )
    folder = shop.home / "live"
    for stage in ("visitors packed", "visitors written", "item by day", "fitted columns"):
        done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), stage], check=False,
                              env={**os.environ, "PYTHONPATH": ":".join(sys.path)})  # fmt: skip
        assert done.returncode == -signal.SIGKILL
        with closing(History(folder)) as history:
            assert json.loads(history.meta["loaded"])[1] == 100
    assert list(folder.glob("*.partial"))
    assert load_history(shop).events == 3_000
    assert not list(folder.glob("*.partial"))
    with closing(sqlite3.connect(history_file(folder))) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


KILLED = """
import json, os, signal, sys
from pathlib import Path
from willbuy.shop import Shop
from willbuy.store.loading import load_history
from willbuy.store.opening import has_log
folder, stage = Path(sys.argv[1]), sys.argv[2]
shop = Shop.model_validate({**json.loads((folder / "shop.json").read_text()), "folder": folder})
def dies(done, total, found):
    if found == stage:
        os.kill(os.getpid(), signal.SIGKILL)
load_history(shop, dies)
"""


def test_what_is_fitted_comes_with_the_history(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, ROWS)
    features = shop.features.model_copy(update={"catalogue": "purchases"})
    shop = shop.model_copy(update={"features": features})
    load_history(shop)
    with Store(shop.home) as store:
        fitted = store.fitted
        assert store.events(arrival("u1", 0).entity)
    if isinstance(fitted, str):
        assert "customers" in fitted
    else:
        assert fitted is not None
        assert set(fitted) == {"r", "alpha", "a", "b"}


def test_a_log_on_spark_is_there_to_be_loaded(tmp_path: Path) -> None:
    plain = shop_at(tmp_path)
    storage = plain.storage.model_copy(update={"engine": "spark"})
    shop = plain.model_copy(update={"storage": storage})
    ledger = layout_of(shop.home).ledger
    assert not has_log(shop)
    ledger.parent.mkdir(parents=True)
    ledger.touch()
    assert has_log(shop)
    assert not has_log(plain)
