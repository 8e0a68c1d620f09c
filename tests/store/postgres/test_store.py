"""Two stores over the same tables, as two processes have them; and one whose server goes away."""

import threading
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from store.arrivals import START, arrival, store_them
from store.stores import Schemas
from willbuy.errors import ServerError, StoreBusy, StoreError
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.store import Outcome
from willbuy.store.postgres.server import Server
from willbuy.store.postgres.shared_pending import SharedPending
from willbuy.store.postgres.store import PostgresStore


def test_d5_an_id_is_one_event_in_all_processes(on_server: Schemas, tmp_path: Path) -> None:
    """Eight threads of two stores send the same ids in orders of their own: nothing waits in a circle, each is stored once."""
    sent = [arrival(f"v{n % 9}", n, f"e{n}") for n in range(120)]
    found: Counter[Outcome] = Counter()
    with on_server(tmp_path) as one, on_server(tmp_path) as other:

        def send(number: int) -> None:
            turned = sent[number * 13 :] + sent[: number * 13]
            for start in range(0, 120, 30):
                batch = turned[start : start + 30]
                found.update(store_them((one, other)[number % 2], batch[:: 1 if number % 3 else -1]))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {Outcome.STORED: 120, Outcome.DUPLICATE: 840}
        for entity in range(9):
            assert one.events(f"v{entity}") == other.events(f"v{entity}")
        assert store_them(other, [arrival("v1", 1, "e2")]) == [Outcome.CONFLICT]


def test_a_timeline_is_of_what_any_process_has_stored(on_server: Schemas, tmp_path: Path) -> None:
    with on_server(tmp_path) as one, on_server(tmp_path) as other:
        for number in range(5):
            store_them(one, [arrival("ann", number, f"e{number}")])
            found = other.timeline("ann")
            assert len(found) == number + 1
            assert other.timeline("ann") is found
        one.expire(arrival("ann", 3).event.time)
        assert len(other.timeline("ann")) == 2


def test_erased_in_one_is_erased_in_all(on_server: Schemas, tmp_path: Path) -> None:
    with on_server(tmp_path) as one, on_server(tmp_path) as other:
        store_them(one, [arrival("ann", 1, "e1")])
        assert len(other.timeline("ann")) == 1
        one.erase("ann")
        assert (other.events("ann"), len(other.timeline("ann"))) == ([], 0)
        assert store_them(other, [arrival("ann", 2, "e2")]) == [Outcome.SUPPRESSED]


def test_what_waits_in_another_process_is_known(on_server: Schemas, tmp_path: Path) -> None:
    server = Server(on_server.address, on_server.schema(tmp_path))
    shared = [SharedPending(tmp_path / "pending", number, 2) for number in range(2)]
    sent = arrival("ann", 5, "e5")
    with (
        PostgresStore(server, tmp_path, shared[0]) as one,
        PostgresStore(server, tmp_path, shared[1]) as other,
    ):
        with closing(server.connect()) as holder:
            holder.execute("BEGIN")
            holder.execute("SELECT pg_advisory_xact_lock(%s)", [server.lock])
            told = threading.Event()
            one.submit([sent], lambda result: told.set())
            assert other.pending("ann") == sent.event.received
            assert other.seen(["ann"], sent.event.time)["ann"].waiting == sent.event.received
            holder.execute("ROLLBACK")
        assert told.wait(120)
        assert other.pending("ann") is None
        assert SharedPending(tmp_path / "pending", 0, 2).since("ann") is None


def test_tables_of_another_format_are_not_touched(on_server: Schemas, tmp_path: Path) -> None:
    on_server(tmp_path).close()
    with psycopg.connect(on_server.address, autocommit=True) as connection:
        connection.execute(f"UPDATE {on_server.schema(tmp_path)}.live_state SET format = 99")
    with pytest.raises(StoreError, match="are of format 99, this willbuy reads 1"):
        on_server(tmp_path)


def test_a_role_without_rights_is_one_line(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="may not make the service's tables in the schema elsewhere"):
        PostgresStore(Server(postgres_url, "elsewhere"), tmp_path)


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="no connection to PostgreSQL") as raised:
        PostgresStore(Server(f"postgresql://ann:s3cret@/shops?host={tmp_path}", "shop"), tmp_path)
    assert "s3cret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_every_commit_is_synced_whatever_the_server_says(on_server: Schemas, tmp_path: Path) -> None:
    with psycopg.connect(on_server.address, autocommit=True) as connection:
        [user, database] = connection.execute("SELECT current_user, current_database()").fetchone() or (
            "",
            "",
        )
        connection.execute(f"ALTER ROLE {user} IN DATABASE {database} SET synchronous_commit = off")
    try:
        with on_server(tmp_path) as store:
            assert isinstance(store, PostgresStore) and store._writer._connection is not None
            found = store._writer._connection.execute("SHOW synchronous_commit").fetchone()
        assert found == ("on",)
    finally:
        with psycopg.connect(on_server.address, autocommit=True) as connection:
            connection.execute(f"ALTER ROLE {user} IN DATABASE {database} RESET synchronous_commit")


def test_no_process_reads_the_days_of_another_clock_as_its_own(on_server: Schemas, tmp_path: Path) -> None:
    """A model of another zone comes into service in one process: the other says so until it has it too."""
    utc, tokyo = (FeatureSet((ItemPopularity("view"),), LocalTime(zone)) for zone in ("UTC", "Asia/Tokyo"))
    moment = START + timedelta(days=3)
    with on_server(tmp_path) as one, on_server(tmp_path) as other:
        for store in (one, other):
            store.use(utc)
        store_them(one, [arrival("ann", n, kind="view", item="a") for n in range(3)])
        known = other.facts(moment)
        one.use(tokyo)
        assert one.facts(moment).get("a") == {"count_view_30d": 3}
        for ask in (known.get, other.facts(moment).get):
            with pytest.raises(StoreBusy, match="counted by days of Asia/Tokyo since a moment ago"):
                ask("a")
        other.use(tokyo)
        assert other.facts(moment).get("a") == {"count_view_30d": 3}
        with pytest.raises(StoreBusy):  # asked before, of the book that is no longer in use
            known.get("a")
