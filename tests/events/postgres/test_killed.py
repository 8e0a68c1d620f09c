"""D7 on PostgreSQL: the ingest killed, or the server, at any point; the command run again ends where an unbroken one does."""

import os
import random
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from events.postgres import killed
from events.postgres.twins import assert_twins, by_postgres, twin
from events.shops import shop_at, some_rows, write_log
from postgres import PostgresServer
from willbuy.errors import ServerError
from willbuy.events import blocks
from willbuy.events.ingest import ingest
from willbuy.shop import Shop

ROWS = 3000


@pytest.fixture
def two_files(
    tmp_path: Path, postgres_url: str, postgres_schema: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """A shop whose first file is in the log, on both sides; the second waits. Blocks are small: many parts."""
    monkeypatch.setattr(blocks, "SMALLEST_BLOCK", 1 << 13)
    rows = some_rows(ROWS, people=900)
    write_log(tmp_path / "a.csv", rows[:1000])
    write_log(tmp_path / "b.csv", rows[800:])
    shop = twin(tmp_path, postgres_url, postgres_schema)
    (tmp_path / killed.SHOP).write_text(shop.model_dump_json(exclude_none=True))
    for one in (shop_at(tmp_path), shop):
        ingest(one, [str(tmp_path / "a.csv")])
    ingest(shop_at(tmp_path), [str(tmp_path / "b.csv")])
    return shop


def as_process(folder: Path, point: int, *what: str) -> subprocess.CompletedProcess[str]:
    places = [folder_of for folder_of in sys.path if folder_of]
    return subprocess.run(
        [sys.executable, killed.__file__, str(folder), str(point), *what],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )  # fmt: skip


def visible(url: str, schema: str) -> dict[str, list[tuple[object, ...]]]:
    """What readers see: of the ledger, the finished sources."""
    found = by_postgres(url, schema)
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        done = {row[0] for row in connection.execute("SELECT source FROM sources WHERE status = 'done'")}
    return {**found, "sources": [row for row in found["sources"] if row[0] in done]}


@pytest.mark.parametrize("seed", [1, 2])
def test_an_ingest_that_is_killed_goes_on(
    two_files: Shop, postgres_url: str, postgres_schema: str, seed: int
) -> None:
    kill_and_go_on(
        two_files, postgres_url, postgres_schema, [random.Random(seed).randint(1, 60), 60 + 40 * seed]
    )


def test_a_first_load_that_is_killed_is_made_again(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    """It is made by several sessions, in tables that nobody sees."""
    write_log(tmp_path / "b.csv", some_rows(600))
    shop = twin(tmp_path, postgres_url, postgres_schema)
    (tmp_path / killed.SHOP).write_text(shop.model_dump_json(exclude_none=True))
    for point in (30, 70, 95, 100):
        as_process(tmp_path, point)
        seen = visible(postgres_url, postgres_schema)
        assert bool(seen["sources"]) == bool(seen["events"]) == bool(seen["entities"])
    for one in (shop_at(tmp_path), shop):
        ingest(one, [str(tmp_path / "b.csv")])
    assert_twins(shop_at(tmp_path), postgres_url, postgres_schema)
    with psycopg.connect(postgres_url, options=f"-c search_path={postgres_schema}") as connection:
        left = connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'coming%'").fetchall()
        keys = connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'entities'::regclass"
        ).fetchall()
    assert not left
    assert {"entities_key", "entities_id"} <= {name for (name,) in keys}


@pytest.mark.gate
def test_an_ingest_killed_at_fifty_points(two_files: Shop, postgres_url: str, postgres_schema: str) -> None:
    """Each time another file, killed at a point of its own, and finished by the next run."""
    chance = random.Random(3)
    died = 0
    for number in range(50):
        path = write_log(two_files.folder / "b.csv", some_rows(400, seed=number + 10))
        died += as_process(two_files.folder, chance.randint(1, 160)).returncode == -9
        for shop in (two_files, shop_at(two_files.folder)):
            ingest(shop, [str(path)])
    assert died > 40
    assert_twins(shop_at(two_files.folder), postgres_url, postgres_schema)


def kill_and_go_on(shop: Shop, url: str, schema: str, points: list[int]) -> None:
    """Killed again and again, each time at another point of what is left to do; then run to its end."""
    before = visible(url, schema)
    for point in points:
        died = as_process(shop.folder, point)
        assert died.returncode in (0, -9), died.stderr
        seen = visible(url, schema)
        assert seen == before or len(seen["sources"]) == 2  # nothing, or all of it: it died after its commit
    ingest(shop, [str(shop.folder / "b.csv")])
    again = ingest(shop, [str(shop.folder / "b.csv")])
    assert again.files[0].skipped
    assert_twins(shop_at(shop.folder), url, schema)


def the_server_dies(shop: Shop, server: PostgresServer, point: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the ingest came to the point at which the server is killed; then it says so in one line."""
    path = str(shop.folder / "b.csv")
    with monkeypatch.context() as patched:
        for kind, name in ((psycopg.Connection, "execute"), (psycopg.Copy, "write")):
            patched.setattr(kind, name, getattr(kind, name))  # put back what is replaced next

        def kill(number: int) -> None:
            if number == point:
                server.kill()

        passed = killed.at_every_point(kill)
        try:
            ingest(shop, [path])
        except ServerError as error:
            assert "went away" in str(error) or "no connection" in str(error)
            assert "\n" not in str(error)
        came = len(passed) >= point
    if came:
        server.again()
    return came


@pytest.mark.parametrize("points", [[60, 150], [110, 20]])
def test_the_server_dies_and_comes_back(
    two_files: Shop,
    postgres_server: PostgresServer,
    postgres_url: str,
    postgres_schema: str,
    monkeypatch: pytest.MonkeyPatch,
    points: list[int],
) -> None:
    if os.environ.get("WILLBUY_TEST_POSTGRES"):
        pytest.skip("this test kills its server, and does so to no server that was lent to it")
    before = visible(postgres_url, postgres_schema)
    for point in points:
        assert the_server_dies(two_files, postgres_server, point, monkeypatch)
        seen = visible(postgres_url, postgres_schema)
        assert seen == before or len(seen["sources"]) == 2
    ingest(two_files, [str(two_files.folder / "b.csv")])
    assert_twins(shop_at(two_files.folder), postgres_url, postgres_schema)
