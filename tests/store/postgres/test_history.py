"""The visitors' history on the server answers what the same history answers in a file, and is put in place at once."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from features.random_log import random_log
from store.arrivals import START, arrival, store_them
from store.histories import write_history
from store.stores import Schemas
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.hashed_ids import Suppression
from willbuy.store import Outcome, Store
from willbuy.store.history import history_file
from willbuy.store.postgres.history import loaded_history, put_history
from willbuy.store.postgres.server import Server


def named(folder: Path, state: str) -> Path:
    """The history in a folder, with what a load says of it; and two tallies of the item `a`."""
    with closing(sqlite3.connect(history_file(folder))) as db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('state', ?)", [state])
        db.execute("INSERT OR REPLACE INTO meta VALUES ('loaded', '[1, 2, 3]')")
        db.execute("INSERT OR REPLACE INTO meta VALUES ('fitted', ?)", [json.dumps({"a": 0.25})])
        db.execute("INSERT OR REPLACE INTO tallies VALUES (0, 'a', '[0,10,11,2,1,10,12,5]')")
        db.commit()
    return history_file(folder)


def server_of(stores: Schemas, home: Path) -> Server:
    return Server(stores.address, stores.schema(home))


def test_it_answers_what_the_file_answers(on_server: Schemas, tmp_path: Path) -> None:
    log = random_log(7, entities=9, late=0.2)
    write_history(tmp_path / "live", log)
    file = named(tmp_path / "live", "first")
    live = [arrival(entity, n, f"e{n}") for n, entity in enumerate(log)]
    features = FeatureSet((ItemPopularity("view", days=30),))
    with on_server(tmp_path / "home") as there, Store(tmp_path) as here:
        put_history(server_of(on_server, tmp_path / "home"), file, Suppression(tmp_path / "home"))
        for store in (there, here):
            store_them(store, live)
            store.use(features)
        for entity in (*log, "nobody"):
            assert there.events(entity) == here.events(entity)
            assert there.timeline(entity).events == here.timeline(entity).events
        assert there.fitted == here.fitted == {"a": 0.25}
        moment = START.replace(year=1970, month=1, day=15)
        assert there.facts(moment).get("a") == here.facts(moment).get("a") == {"count_view_30d": 2}


def test_a_running_store_sees_another_history(on_server: Schemas, tmp_path: Path) -> None:
    seen = [arrival("ann", n).event for n in range(5)]
    server = server_of(on_server, tmp_path)
    with on_server(tmp_path) as store:
        for count in (2, 5):
            write_history(tmp_path / f"{count}", {"ann": seen[:count]})
            put_history(server, named(tmp_path / f"{count}", str(count)), Suppression(tmp_path))
            assert len(store.timeline("ann")) == count
            assert loaded_history(server)["state"] == str(count)
        write_history(tmp_path / "again", {"ann": seen[:1]})
        put_history(
            server, named(tmp_path / "again", "5"), Suppression(tmp_path)
        )  # that log is there already
        assert len(store.timeline("ann")) == 5


def test_who_was_erased_is_in_no_later_history(on_server: Schemas, tmp_path: Path) -> None:
    seen = {name: [arrival(name, 1).event] for name in ("ann", "bob")}
    server = server_of(on_server, tmp_path)
    with on_server(tmp_path) as store:
        store.erase("ann")
        write_history(tmp_path / "live", seen)
        put_history(server, named(tmp_path / "live", "first"), Suppression(tmp_path))
        assert (len(store.timeline("ann")), len(store.timeline("bob"))) == (0, 1)
        with server.connect() as connection:
            assert connection.execute("SELECT entity FROM live_history").fetchall() == [("bob",)]
        store.erase("bob")
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM live_history").fetchone() == (0,)


def test_who_was_erased_before_the_store_was_on_a_server_stays_so(on_server: Schemas, tmp_path: Path) -> None:
    Suppression(tmp_path).add("ann")
    with on_server(tmp_path) as store:
        assert store_them(store, [arrival("ann", 1, "e1"), arrival("bob", 2, "e2")]) == [
            Outcome.SUPPRESSED,
            Outcome.STORED,
        ]
