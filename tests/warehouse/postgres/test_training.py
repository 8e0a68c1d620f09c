"""Training on PostgreSQL: the bytes that DuckDB gives, whatever zone the server is in, and what a server's death leaves."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from postgres import ROLE, PostgresServer
from waiting import until
from warehouse.postgres.opened import schema_of_role
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.pipeline import train
from willbuy.runs import run_entries
from willbuy.scoring import score
from willbuy.shop import Shop, load_shop
from willbuy.warehouse.postgres.working import PREFIX

SCHEMA = "shop_of_training"
SETTINGS = "\n[train]\nbootstrap = 100\ntrials = 1\ncandidates = ['logistic']\n"
ZONES = ("Asia/Kathmandu", "America/New_York", "Pacific/Apia", "Europe/Berlin")


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small log with many buyers."""
    path = tmp_path_factory.mktemp("log") / "events.csv"
    simulate(path, visitors=800, preset="dense", seed=5)
    return path


def shop_of(log: Path, folder: Path, within: str, storage: str = "") -> Shop:
    """An ingested shop over the log."""
    folder.mkdir()
    init([log], preset="retailrocket", within=within, shop_path=folder / "shop.toml")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS + storage)
    shop = load_shop(folder / "shop.toml")
    ingest(shop)
    return shop


def storage_at(url: str, schema: str) -> str:
    return f'\n[storage]\nengine = "postgres"\nurl = "{url}"\nschema = "{schema}"\n'


@pytest.fixture(scope="module")
def shop(log: Path, postgres_admin: str, postgres_url: str) -> Iterator[Shop]:
    """The log in PostgreSQL, for a horizon."""
    with schema_of_role(postgres_admin, postgres_url, SCHEMA):
        yield shop_of(log, log.parent / "postgres", "7d", storage_at(postgres_url, SCHEMA))


def bundle_of(shop: Shop) -> dict[str, str]:
    """The hash of each file of the newest run's bundle."""
    [*_, newest] = run_entries(shop.home)[0]
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((shop.home / "runs" / newest / "bundle").iterdir())
    }


def scores_of(shop: Shop) -> bytes:
    output = shop.folder / "scores.csv"
    score(shop, output, as_of="2015-08-22T16:25")
    return output.read_bytes()


def test_a_model_for_a_horizon_has_the_bytes_of_the_one_that_duckdb_gives(log: Path, shop: Shop) -> None:
    local = shop_of(log, log.parent / "local", "7d")
    for one in (local, shop):
        train(one, quiet)
    assert bundle_of(shop) == bundle_of(local)
    assert scores_of(shop) == scores_of(local)


def test_so_does_one_for_sessions(log: Path, tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    shops = [
        shop_of(log, tmp_path / "local", "session"),
        shop_of(log, tmp_path / "postgres", "session", storage_at(postgres_url, postgres_schema)),
    ]
    for one in shops:
        train(one, quiet)
    assert bundle_of(shops[0]) == bundle_of(shops[1])
    assert scores_of(shops[0]) == scores_of(shops[1])
    with psycopg.connect(postgres_url) as connection:
        gold = connection.execute(
            f'SELECT COUNT(*), COUNT(DISTINCT session) FROM "{postgres_schema}".snapshots'
        )
        rows, sessions = gold.fetchone() or (0, 0)
    assert 0 < sessions < rows


def test_no_zone_of_a_server_changes_a_score(shop: Shop, postgres_admin: str, postgres_url: str) -> None:
    if not run_entries(shop.home)[0]:
        train(shop, quiet)
    before = scores_of(shop)
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        [(database,)] = admin.execute("SELECT current_database()").fetchall()
        places = [f'DATABASE "{database}"', f"ROLE {ROLE}", f'ROLE {ROLE} IN DATABASE "{database}"']
        if "WILLBUY_TEST_POSTGRES" not in os.environ:
            places.insert(0, "SYSTEM")  # each place goes before those that come before it
        try:
            for zone, place in zip(ZONES, places, strict=False):
                admin.execute(f"ALTER {place} SET TimeZone = '{zone}'")
                admin.execute("SELECT pg_reload_conf()")
                until(lambda zone=zone: _zone(postgres_url) == zone)
                assert scores_of(shop) == before, place
        finally:
            for place in places:
                admin.execute(f"ALTER {place} RESET TimeZone")
            admin.execute("SELECT pg_reload_conf()")


def _zone(url: str) -> str:
    """The zone that a session is in which does not ask for one."""
    with psycopg.connect(url) as connection:
        [(zone,)] = connection.execute("SHOW TimeZone").fetchall()
        return str(zone)


def test_a_server_killed_in_the_middle_is_told_in_one_line_and_nothing_is_half_written(
    shop: Shop, postgres_server: PostgresServer, postgres_url: str
) -> None:
    if "WILLBUY_TEST_POSTGRES" in os.environ:
        pytest.skip("nobody's server but our own is killed")
    runs = run_entries(shop.home)[0]
    command = [sys.executable, "-m", "willbuy", "train", "--shop", str(shop.folder / "shop.toml")]
    working = f"SELECT COUNT(*) FROM pg_class WHERE starts_with(relname, '{PREFIX}')"
    with psycopg.connect(postgres_url, autocommit=True) as watching:
        killed = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(
            lambda: watching.execute(working).fetchone() != (0,) or killed.poll() is not None,
            look=0.005,
        )
        assert killed.poll() is None, killed.communicate()
        postgres_server.kill()
    try:
        _, said = killed.communicate(timeout=120)
    finally:
        postgres_server.again()
    *_, last = said.splitlines()
    assert killed.returncode == 2
    assert last.startswith("error: the PostgreSQL server went away"), said
    assert "Traceback" not in said
    assert run_entries(shop.home)[0] == runs
    assert not list((shop.home / "tmp").glob("*"))
    train(shop, quiet)
    assert len(run_entries(shop.home)[0]) == len(runs) + 1
    with psycopg.connect(postgres_url, autocommit=True) as watching:
        assert watching.execute(working).fetchone() == (0,)
