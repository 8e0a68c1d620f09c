"""Reaching the server: by `storage.url`, by WILLBUY_POSTGRES_URL, or by the variables that every PostgreSQL tool reads."""

import os
import re
from typing import TYPE_CHECKING, Any

from willbuy.errors import ServerError
from willbuy.shop.storage import Storage
from willbuy.warehouse.postgres.secrets import redacted

if TYPE_CHECKING:
    import psycopg

URL = "WILLBUY_POSTGRES_URL"
"""The variable of the environment that holds the server's whole address, a password included."""

PATIENCE = 10
"""Seconds that a server may take to answer, where neither the address nor PGCONNECT_TIMEOUT says otherwise."""

EXTRA = "PostgreSQL needs psycopg, which is not installed. Install it: pip install 'willbuy[postgres]'"


def address_of(storage: Storage) -> str:
    """The server's address as libpq reads it; empty where the PG* variables say all. May hold a password: never show it."""
    return storage.url or os.environ.get(URL, "")


def connect(
    storage: Storage, *, schema: str | None = None, autocommit: bool = True
) -> "psycopg.Connection[Any]":
    """Connect to the shop's server; with a schema, names without one are looked for there.

    The session speaks UTF-8 and UTC. Raises ServerError, in one line without any secret: nobody answers there, a wrong
    password, no such database, no psycopg installed.
    """
    return connect_to(address_of(storage), schema=schema, autocommit=autocommit)


def connect_to(
    address: str, *, schema: str | None = None, autocommit: bool = True
) -> "psycopg.Connection[Any]":
    """Connect to a server by its address. Raises as `connect`."""
    try:
        import psycopg
    except ImportError as error:
        raise ServerError(EXTRA) from error
    try:
        named = psycopg.conninfo.conninfo_to_dict(address)
        patience: dict[str, Any] = (
            {}
            if "connect_timeout" in named or "PGCONNECT_TIMEOUT" in os.environ
            else {"connect_timeout": PATIENCE}
        )
        connection = psycopg.connect(
            address, autocommit=autocommit, application_name="willbuy", client_encoding="utf8", **patience
        )
    except psycopg.Error as error:
        raise ServerError(
            _why_not(str(error), address)
        ) from None  # the driver's own error may show the address
    connection.execute("SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false)")
    if schema is not None:
        connection.execute(
            "SELECT set_config('search_path', %s, false)", [psycopg.sql.Identifier(schema).as_string()]
        )
    if not autocommit:
        connection.commit()
    return connection


def place_of(connection: "psycopg.Connection[Any]") -> str:
    """The server of a connection as it may be shown: host, port and database, no more."""
    info = connection.info
    return f"{info.host or 'localhost'}:{info.port}/{info.dbname}"


_HINTS = (
    (
        "password authentication failed",
        "The password is wrong, or there is no such role: check PGPASSWORD, ~/.pgpass or the address.",
    ),
    ("no password supplied", "The server wants a password: put it into PGPASSWORD or ~/.pgpass."),
    ("no pg_hba.conf entry", "The server does not let this role in from here: see its pg_hba.conf."),
    ('role ".*" does not exist', "Make the role: docs/postgres.md has the SQL."),
    (
        'database ".*" does not exist',
        "Make the database, or name another one in the address or in PGDATABASE.",
    ),
    ("permission denied", "Let the role in: docs/postgres.md has the SQL."),
    (
        "too many (clients|connections)|connection slots",
        "Close other connections, or raise max_connections of the server.",
    ),
    ("starting up|shutting down|in recovery", "Run the same command again in a moment."),
)


def _why_not(said: str, address: str) -> str:
    """One line: what the driver said, without secrets, and what to do."""
    words = redacted(" ".join(said.split()), address)[:300].rstrip(".")
    hint = next(
        (hint for pattern, hint in _HINTS if re.search(pattern, words)),
        f"Is the server running, and its address right (storage.url, {URL}, PGHOST, PGPORT)?",
    )
    return f"no connection to PostgreSQL: {words}. {hint}"
