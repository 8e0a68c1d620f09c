"""Migrations on a real server: made, found again, and what is not ours or lost its shape refused."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from willbuy.errors import ServerError
from willbuy.warehouse.postgres import migrations
from willbuy.warehouse.postgres.connecting import connect_to
from willbuy.warehouse.postgres.migrating import NEWEST, migrate, shape_of, version_of
from willbuy.warehouse.postgres.tables import COLUMNS


def tables_of(connection: psycopg.Connection[Any], schema: str) -> set[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
    return {str(name) for (name,) in rows}


def test_the_steps_make_what_is_expected(postgres_url: str, postgres_schema: str) -> None:
    with connect_to(postgres_url) as connection:
        assert version_of(connection, postgres_schema) is None
        migrate(connection, postgres_schema)
        assert version_of(connection, postgres_schema) == NEWEST
        for table, columns in COLUMNS.items():
            assert shape_of(connection, postgres_schema, table) == columns
        migrate(connection, postgres_schema)  # nothing to do


def test_the_newest_step_is_known() -> None:
    folder = Path(str(migrations.__file__)).parent / "versions"
    assert max(path.name[1:5] for path in folder.glob("v*.py")) == NEWEST


def test_two_at_once(postgres_url: str, postgres_schema: str) -> None:
    failed = []

    def one() -> None:
        try:
            with connect_to(postgres_url) as connection:
                migrate(connection, postgres_schema)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_table_of_somebody_else(postgres_url: str, postgres_schema: str) -> None:
    with connect_to(postgres_url, schema=postgres_schema) as connection:
        connection.execute("CREATE TABLE events (day date, clicks integer)")
        with pytest.raises(ServerError, match="'events' that willbuy did not make"):
            migrate(connection, postgres_schema)
        assert tables_of(connection, postgres_schema) == {"events"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER TABLE items DROP COLUMN item", "no column 'item'"),
        ("ALTER TABLE events ALTER COLUMN price TYPE text", "column 'price' is text, expected bigint"),
        ("DROP TABLE rejected", "no column 'source'"),
    ],
)
def test_a_table_that_lost_its_shape(postgres_url: str, postgres_schema: str, change: str, says: str) -> None:
    with connect_to(postgres_url, schema=postgres_schema) as connection:
        migrate(connection, postgres_schema)
        connection.execute(change)
        with pytest.raises(ServerError, match=says):
            migrate(connection, postgres_schema)


def test_a_newer_willbuy_was_here(postgres_url: str, postgres_schema: str) -> None:
    with connect_to(postgres_url, schema=postgres_schema) as connection:
        migrate(connection, postgres_schema)
        connection.execute("UPDATE willbuy_version SET version_num = '9999'")
        with pytest.raises(ServerError, match="newer willbuy"):
            migrate(connection, postgres_schema)


def test_a_schema_that_may_not_be_made(postgres_url: str, postgres_schema: str) -> None:
    from willbuy.warehouse.postgres.explaining import explain_server

    with (
        connect_to(postgres_url) as connection,
        pytest.raises(ServerError, match=r"lacks a right: permission denied.*docs/postgres.md"),
        explain_server(),
    ):
        migrate(connection, f"{postgres_schema}_other")


def test_names_are_never_sql(postgres_admin: str) -> None:
    name = "a\"; DROP TABLE x; --'%s"
    with connect_to(postgres_admin) as connection:
        try:
            migrate(connection, name)
            assert set(COLUMNS) < tables_of(connection, name)
        finally:
            connection.execute(
                psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psycopg.sql.Identifier(name))
            )
