"""The history of a log that lies on the server: equal to silver, loaded once a log, and what ingest --live reads of the store."""

from pathlib import Path

from events.postgres.twins import twin
from events.shops import shop_at, some_rows, write_log
from store.arrivals import START, arrival, store_them
from store.stores import Schemas
from store.test_loading import in_order, silver
from willbuy.events.ingest import ingest, ingest_live
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.privacy.erase import erase
from willbuy.privacy.plan import pending
from willbuy.store import Store
from willbuy.store.loading import load_history
from willbuy.store.opening import has_log, open_store
from willbuy.store.postgres.live_log import PostgresLiveLog
from willbuy.store.postgres.server import Server

ROWS = some_rows(2_000)


def test_the_history_is_silver(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    """As by the file of the same log: visitors, facts about items, and what is loaded a second time."""
    write_log(tmp_path / "log.csv", ROWS)
    here, there = shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema)
    assert not has_log(there)
    for shop in (here, there):
        ingest(shop, [str(tmp_path / "log.csv")])
    assert has_log(there)
    features = FeatureSet((ItemPopularity("view", days=7), ItemPopularity((), hours=48)))
    loaded = load_history(there)
    assert (loaded, loaded.skipped) == (load_history(here), False)
    assert load_history(there).skipped
    expected = silver(there)
    assert in_order(expected["u1"]) == in_order(silver(here)["u1"])
    moment = max(event.time for found in expected.values() for event in found)
    with open_store(there) as store, Store(here.home) as file:
        for one in (store, file):
            one.use(features)
        for entity, found in expected.items():
            assert in_order([stored.event for stored in store.events(entity)]) == in_order(found)
        for item in {event.item for event in expected["u1"] if event.item}:
            assert store.facts(moment).get(item) == file.facts(moment).get(item)
        write_log(tmp_path / "more.csv", ["u1,2024-04-01 10:00:00,view,i1,1.00,1"])
        ingest(there, [str(tmp_path / "more.csv")])
        load_history(there)
        assert len(store.timeline("u1")) == len(expected["u1"]) + 1


def test_ingest_reads_the_store_on_the_server(on_server: Schemas, tmp_path: Path) -> None:
    """Into files here: what it reads is the same, wherever silver lies."""
    shop = shop_at(tmp_path)
    sent = [arrival(f"v{n % 5}", n, f"e{n}") for n in range(60)]
    with on_server(tmp_path) as store:
        store_them(store, sent[:40])
        server = Server(on_server.address, on_server.schema(tmp_path))
        with PostgresLiveLog(server) as log:
            assert ingest_live(shop, log).accepted == 40
        store_them(store, sent[30:])
        with PostgresLiveLog(server) as log:
            assert ingest_live(shop, log).accepted == 20
            assert ingest_live(shop, log).accepted == 0
    assert sum(map(len, silver(shop).values())) == 60


def test_who_is_erased_is_in_no_later_history(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    """From the log, the history and what is live, beside a store that is open."""
    write_log(tmp_path / "log.csv", ROWS[:50])
    shop = twin(tmp_path, postgres_url, postgres_schema)
    ingest(shop, [str(tmp_path / "log.csv")])
    someone = next(iter(silver(shop)))
    with open_store(shop) as store:
        store_them(store, [arrival(someone, 1, "e1"), arrival("nobody", 2, "e2")])
        load_history(shop)
        assert len(store.events(someone)) > 1
        assert erase(shop, someone, START, "tests").events > 0
        assert store.events(someone) == []
        load_history(shop)
        assert store.events(someone) == []
        erase(shop, "nobody", START, "tests")
        assert store.events("nobody") == []
    assert not pending(shop.home) and someone not in silver(shop)
