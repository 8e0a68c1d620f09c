"""The server's disk fills up in the middle of an ingest: told in one line, nothing visible, and with room the command goes on."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from events.postgres.twins import assert_twins, twin
from events.shops import shop_at, some_rows, write_log
from postgres import ROLE, PostgresServer
from willbuy.errors import ServerError
from willbuy.events.ingest import ingest


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Path]:
    """A file system of 6 MB that belongs to the server's user."""
    user = postgres_server.server.system_user
    if os.geteuid() != 0 or not user:
        pytest.skip("mounting a small disk for the server takes root")
    folder = postgres_server.folder.parent / f"{postgres_server.folder.name}-small"
    folder.mkdir(exist_ok=True)
    options = f"size=6m,uid={pwd.getpwnam(user).pw_uid},mode=700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(
    tmp_path: Path, small_disk: Path, postgres_admin: str, postgres_url: str, postgres_schema: str
) -> None:
    write_log(tmp_path / "a.csv", some_rows(300))
    write_log(tmp_path / "b.csv", some_rows(30_000, seed=2))
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")  # type: ignore[arg-type]
        admin.execute(f"GRANT CREATE ON TABLESPACE small TO {ROLE}")  # type: ignore[arg-type]
    url = f"{postgres_url}&options=-c%20default_tablespace%3Dsmall"
    shop = twin(tmp_path, url, postgres_schema)
    try:
        ingest(shop, [str(tmp_path / "a.csv")])
        with pytest.raises(
            ServerError, match=r"the disk of the PostgreSQL server is full .* goes on where it stopped"
        ):
            ingest(shop, [str(tmp_path / "b.csv")])
        with psycopg.connect(url, options=f"-c search_path={postgres_schema}") as connection:
            assert connection.execute("SELECT DISTINCT source FROM events").fetchall() == [(1,)]
        subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
        ingest(shop, [str(tmp_path / "b.csv")])
        for name in ("a.csv", "b.csv"):
            ingest(shop_at(tmp_path), [str(tmp_path / name)])
        assert_twins(shop_at(tmp_path), url, postgres_schema)
    finally:
        with psycopg.connect(postgres_admin, autocommit=True) as admin:
            admin.execute(f"DROP SCHEMA {postgres_schema} CASCADE")  # type: ignore[arg-type]
            admin.execute("DROP TABLESPACE small")
