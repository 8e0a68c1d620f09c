"""A warehouse over an empty schema of the tests' server."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from willbuy.warehouse.postgres.connecting import connect_to
from willbuy.warehouse.postgres.warehouse import PostgresWarehouse


@contextmanager
def schema_of_role(admin: str, url: str, name: str) -> Iterator[str]:
    """A schema that is the tests' role's, for longer than one test."""
    role = psycopg.conninfo.conninfo_to_dict(url)["user"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {role}")
    try:
        yield name
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


def opened(url: str, schema: str, home: Path | None = None) -> PostgresWarehouse:
    """The warehouse; whoever opens it closes it."""
    return PostgresWarehouse(partial(connect_to, url, schema=schema), schema, home)
