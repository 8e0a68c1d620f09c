"""The first load of a schema: taken up again wherever it stopped, and nobody loses a right that they had on its tables."""

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

from events.postgres.twins import assert_twins, both, twin
from events.shops import shop_at, some_rows, write_log
from postgres import LOCKED
from willbuy.events.ingest import ingest
from willbuy.events.keeping_files import FilesKeeping
from willbuy.events.postgres.keeping import PostgresKeeping
from willbuy.events.postgres.server import server_of
from willbuy.shop import Shop


class Stopped(Exception):
    """Everything is staged; nothing is merged."""


@pytest.fixture
def stop_before_merging(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What reads a file on one engine or the other and stops before its merge."""

    def stopped(*_: Any, **__: Any) -> None:
        raise Stopped

    def staged(shop: Shop, *files: str) -> None:
        with monkeypatch.context() as patched:
            for keeping in (PostgresKeeping, FilesKeeping):
                patched.setattr(keeping, "publish", stopped)
            with pytest.raises(Stopped):
                ingest(shop, [str(shop.folder / file) for file in files])

    return staged


def test_another_machine_goes_on(
    tmp_path: Path, postgres_url: str, postgres_schema: str, stop_before_merging: Any
) -> None:
    """The typed rows of a first load wait on the machine that read them; one that lacks them makes them from bronze."""
    rows = some_rows(2000, people=300)
    write_log(tmp_path / "a.csv", [*rows, "broken", "u1,never,view,a,,"])
    one, other = shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema)
    stop_before_merging(other, "a.csv")
    assert list(other.home.rglob("staged/*/*.parquet"))
    shutil.rmtree(other.home)
    both(one, other, "a.csv")
    assert_twins(one, postgres_url, postgres_schema)
    assert not list(other.home.rglob("postgres/**/*.parquet"))


@pytest.mark.parametrize("begun", ["before the first load", "after it"])
def test_what_an_ingest_left_that_stopped_is_no_part_of_another(
    tmp_path: Path, postgres_url: str, postgres_schema: str, stop_before_merging: Any, begun: str
) -> None:
    rows = some_rows(3000, people=300)
    for name, part in (("a.csv", rows[:1000]), ("b.csv", rows[900:2000]), ("c.csv", rows[1900:])):
        write_log(tmp_path / name, part)
    one, other = shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema)
    if begun == "after it":
        both(one, other, "c.csv")
    for shop in (one, other):
        stop_before_merging(shop, "a.csv")
    for file in ("b.csv", "a.csv"):
        both(one, other, file)
    assert_twins(one, postgres_url, postgres_schema)


def grants(url: str, schema: str) -> set[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return set(
            connection.execute(
                "SELECT table_name, column_name, grantee, privilege_type, is_grantable FROM information_schema.column_privileges "
                "WHERE table_schema = %s AND table_name IN ('entities', 'items', 'events') AND grantee <> grantor",
                [schema],
            ).fetchall()
        )


def test_rights_given_before_the_first_load_stay(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    write_log(tmp_path / "a.csv", some_rows(300))
    shop = twin(tmp_path, postgres_url, postgres_schema)
    with server_of(shop) as server:  # makes the tables
        for what in (
            f"SELECT ON entities, events TO {LOCKED}",
            "SELECT ON entities TO PUBLIC",
            f"SELECT (item) ON items TO {LOCKED} WITH GRANT OPTION",
        ):
            server.main.execute(f"GRANT {what}")
    given = grants(postgres_url, postgres_schema)
    assert {(row[0], row[2], row[4]) for row in given} >= {
        ("entities", "PUBLIC", "NO"),
        ("entities", LOCKED, "NO"),
        ("items", LOCKED, "YES"),
    }
    ingest(shop, [str(tmp_path / "a.csv")])
    assert grants(postgres_url, postgres_schema) == given
    ingest(shop_at(tmp_path), [str(tmp_path / "a.csv")])
    assert_twins(shop_at(tmp_path), postgres_url, postgres_schema)


def test_what_others_built_on_the_tables_stays(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    write_log(tmp_path / "a.csv", some_rows(300))
    shop = twin(tmp_path, postgres_url, postgres_schema)
    with server_of(shop) as server:
        server.main.execute("CREATE VIEW theirs AS SELECT count(*) FROM entities")
        server.main.execute("CREATE TABLE notes (item_key bigint REFERENCES items)")
    both(shop_at(tmp_path), shop, "a.csv")
    assert_twins(shop_at(tmp_path), postgres_url, postgres_schema)
    with psycopg.connect(postgres_url, options=f"-c search_path={postgres_schema}") as connection:
        assert connection.execute("SELECT * FROM theirs").fetchone() == (50,)
        connection.execute("INSERT INTO notes SELECT item_key FROM items")
