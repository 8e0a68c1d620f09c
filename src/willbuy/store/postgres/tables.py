"""The tables of the service in the shop's schema, made where they are not there.

`live_state` is one row. Whatever changes what every process has to know (who was erased, what is tallied, which history is in
place) counts its `version` up: a process compares it with each batch that it writes and each entity that it reads.
"""

from typing import Any

import psycopg
from psycopg import sql

from willbuy.errors import ServerError, StoreError
from willbuy.store.hashes import id_hashes

FORMAT = 1

_TABLES = """
CREATE TABLE live_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), format integer NOT NULL, version bigint NOT NULL DEFAULT 1,
    tallying text NOT NULL DEFAULT '["UTC", []]', history text NOT NULL DEFAULT '{}');
CREATE SEQUENCE live_numbers AS bigint;
CREATE TABLE live_events (
    seq bigint PRIMARY KEY, entity text COLLATE "C" NOT NULL, event_id text COLLATE "C", body bytea NOT NULL,
    "time" timestamp NOT NULL, received timestamp, kind smallint NOT NULL, kind_name text COLLATE "C", item text COLLATE "C",
    category text COLLATE "C", price bigint, quantity bigint, session text COLLATE "C");
CREATE UNIQUE INDEX live_events_id ON live_events (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX live_events_entity ON live_events (entity, seq);
CREATE INDEX live_events_time ON live_events USING brin ("time");
CREATE TABLE live_tallies (
    "table" smallint NOT NULL, "key" text COLLATE "C" NOT NULL, kind smallint NOT NULL, happened integer NOT NULL,
    known integer NOT NULL, n bigint NOT NULL, PRIMARY KEY ("table", "key", kind, happened, known)) WITH (fillfactor = 70);
CREATE TABLE live_erased (digest text COLLATE "C" PRIMARY KEY);
CREATE TABLE live_history (entity text COLLATE "C" PRIMARY KEY, body text NOT NULL);
CREATE TABLE live_history_tallies (
    "table" smallint NOT NULL, "key" text COLLATE "C" NOT NULL, body text NOT NULL, PRIMARY KEY ("table", "key"));
CREATE TABLE prediction_versions (
    version_key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version text COLLATE "C" NOT NULL UNIQUE, features text);
CREATE TABLE predictions (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL, entity text COLLATE "C", route text NOT NULL,
    version_key integer NOT NULL, moment timestamp NOT NULL, features bytea NOT NULL, log_odds double precision,
    probability double precision, shadow_key integer, shadow_probability double precision, as_of timestamp);
CREATE INDEX predictions_moment ON predictions (moment, number);
CREATE INDEX predictions_entity ON predictions (entity) WHERE entity IS NOT NULL;
CREATE TABLE prediction_days (
    day integer NOT NULL, version_key integer NOT NULL, shadow smallint NOT NULL, bin smallint NOT NULL,
    answers bigint NOT NULL, total double precision NOT NULL, PRIMARY KEY (day, version_key, shadow, bin));
"""


def lock_of(schema: str) -> int:
    """The number of the lock that stands for a schema's live tables: shared by who writes events, held by who changes more."""
    return id_hashes([f"willbuy live {schema}"])[0]


def make_tables(connection: "psycopg.Connection[Any]", schema: str) -> None:
    """Make the service's tables in the schema, and the schema, where they are missing; all of them or none.

    Raises StoreError where they are of another format, ServerError where the role may not make them.
    """
    try:
        if not _exist(connection, schema):
            _make(connection, schema)
        [found] = connection.execute("SELECT format FROM live_state").fetchone() or (0,)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServerError(
            f"the role {connection.info.user} may not make the service's tables in the schema {schema}: "
            f"{error.diag.message_primary}. docs/postgres.md has the SQL for a role with the rights that are needed."
        ) from None
    if found != FORMAT:
        raise StoreError(
            f"the live tables in the schema {schema} are of format {found}, this willbuy reads {FORMAT}. "
            "Use the willbuy that made them."
        )


def _make(connection: "psycopg.Connection[Any]", schema: str) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock_of(schema)])
        if _exist(connection, schema):
            return
        there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
        if not there:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        connection.execute(_TABLES)
        connection.execute("INSERT INTO live_state (format) VALUES (%s)", [FORMAT])


def _exist(connection: "psycopg.Connection[Any]", schema: str) -> bool:
    [found] = connection.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'live_state'", [schema]
    ).fetchone() or (0,)
    return bool(found)
