"""The visitors' history on the server: packed by visitor, as in the file that a load makes, and put in place at once.

A packed visitor is one row; from the log's own table its events would be as many rows in as many months.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from willbuy.hashed_ids import Suppression
from willbuy.store.history import FORMAT
from willbuy.store.postgres.server import Server

_ROWS = 5_000
_AS_JSON = ("fields", "names", "fitted", "loaded")
_TABLES = {"live_history": "visitors", "live_history_tallies": "tallies"}


def has_log(server: Server) -> bool:
    """Whether an ingest into the schema has ended, so that there is a history to load."""
    with closing(server.connect()) as connection, server.explained():
        sql = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'sources'"
        if connection.execute(sql, [server.schema]).fetchone() == (0,):
            return False
        return (
            connection.execute("SELECT 1 FROM sources WHERE status = 'done' LIMIT 1").fetchone() is not None
        )


def loaded_history(server: Server) -> dict[str, Any]:
    """What is known of the history in place, such as its `state`; nothing where there is none."""
    server.prepare()
    with closing(server.connect()) as connection, server.explained():
        return _found(connection)


def put_history(server: Server, file: Path, suppression: Suppression) -> None:
    """Put a history that was packed into an SQLite file in place of the one on the server; who was erased is left out.

    Readers see all of the old one or all of the new one. Of two loads of one log at once the second changes nothing.
    """
    with (
        closing(server.connect()) as connection,
        closing(sqlite3.connect(file)) as db,
        server.explained(),
        connection.transaction(),
    ):
        connection.execute("SET LOCAL lock_timeout = '600s'")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [server.lock + 1])  # one load at a time
        meta = dict(db.execute("SELECT key, value FROM meta"))
        said = {key: json.loads(value) if key in _AS_JSON else value for key, value in meta.items()}
        if said["state"] == _found(connection).get("state"):
            return
        for table, packed in _TABLES.items():
            connection.execute(f"CREATE TABLE {table}_new (LIKE {table} INCLUDING ALL)")
            _copy(connection, db, f"{table}_new", packed)
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [server.lock])
        _leave_out(connection, suppression)
        for table in _TABLES:
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
        connection.execute("UPDATE live_state SET history = %s, version = version + 1", [json.dumps(said)])


def _found(connection: "psycopg.Connection[Any]") -> dict[str, Any]:
    [text] = connection.execute("SELECT history FROM live_state").fetchone() or ("{}",)
    found: dict[str, Any] = json.loads(text)
    return found if found.get("format") == FORMAT else {}


def _copy(connection: "psycopg.Connection[Any]", db: sqlite3.Connection, table: str, packed: str) -> None:
    rows = db.execute(f"SELECT * FROM {packed}")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        while some := rows.fetchmany(_ROWS):
            for row in some:
                copy.write_row(row)


def _leave_out(connection: "psycopg.Connection[Any]", suppression: Suppression) -> None:
    digests = {digest for (digest,) in connection.execute("SELECT digest FROM live_erased")}
    if not digests:
        return
    with connection.cursor("willbuy_history") as cursor:
        cursor.execute("SELECT entity FROM live_history_new")
        gone = [entity for (entity,) in cursor if suppression.digest(entity) in digests]
    for entity in gone:
        connection.execute("DELETE FROM live_history_new WHERE entity = %s", [entity])
