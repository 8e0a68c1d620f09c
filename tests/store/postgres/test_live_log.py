"""The stored events in order, as ingest reads them: none is passed over that is committed later under a smaller number."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from store.arrivals import arrival, store_them
from store.stores import Schemas
from willbuy.errors import StoreError
from willbuy.store import Store
from willbuy.store.live_log import LiveLog
from willbuy.store.postgres.live_log import PostgresLiveLog
from willbuy.store.postgres.server import Server


def test_it_reads_what_the_file_reads(on_server: Schemas, tmp_path: Path) -> None:
    sent = [arrival(f"v{n % 5}", n, f"e{n}" if n % 3 else None, price=n) for n in range(50)]
    with on_server(tmp_path / "a") as there, Store(tmp_path / "b") as here:
        store_them(there, sent)
        store_them(here, sent)
    server = Server(on_server.address, on_server.schema(tmp_path / "a"))
    with PostgresLiveLog(server) as log, LiveLog(tmp_path / "b" / "live") as file:
        assert log.last() == file.last() == 50
        assert list(log.between(1, 50)) == list(file.between(1, 50))
        assert list(log.between(7, 9)) == list(file.between(7, 9))


def test_it_waits_for_whoever_is_storing(on_server: Schemas, tmp_path: Path) -> None:
    """A number is given before its event is committed; the last one is told when no smaller one is under way."""
    with on_server(tmp_path) as store:
        store_them(store, [arrival("ann", 1, "e1")])
        server = Server(on_server.address, on_server.schema(tmp_path))
        told: list[int] = []
        with PostgresLiveLog(server) as log, closing(server.connect()) as storing:
            storing.execute("BEGIN")
            storing.execute("SELECT pg_advisory_xact_lock_shared(%s)", [server.lock])
            storing.execute("SELECT nextval('live_numbers')")
            asking = threading.Thread(target=lambda: told.append(log.last()))
            asking.start()
            asking.join(0.3)
            assert told == []
            storing.execute("COMMIT")
            asking.join(120)
            assert told == [2]


def test_nothing_was_served_yet(on_server: Schemas, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing was served here yet"):
        PostgresLiveLog(Server(on_server.address, on_server.schema(tmp_path)))
