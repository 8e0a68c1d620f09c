"""Bringing a shop's schema up to date: made where it is missing, refused where it holds something else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import ServerError
from willbuy.warehouse.postgres.tables import COLUMNS, VERSION_TABLE

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy

NEWEST = "0001"
"""The last of the steps in `migrations/versions/`."""

_LOCK = "willbuy migrations"


def migrate(connection: "psycopg.Connection[Any]", schema: str) -> None:
    """Make the schema and its tables, or add what is new since another version of willbuy made them; all or nothing.

    The connection must be in autocommit. Raises ServerError where a table of that name is not willbuy's, where one has
    lost its shape, where a newer willbuy wrote the schema, or where the role may not make what is missing.
    """
    if version_of(connection, schema) == NEWEST:
        check_shape(connection, schema)
        return
    with _in_alembics_transaction(connection) as bound:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [_LOCK, schema])
        found = version_of(connection, schema)
        _refuse_newer(found, schema)
        if found is None:
            _make_schema(connection, schema)
            _refuse_foreign(connection, schema)
        if found != NEWEST:  # nobody else did it while we waited
            _upgrade(connection, bound, schema)
        check_shape(connection, schema)


def version_of(connection: "psycopg.Connection[Any]", schema: str) -> str | None:
    """The last step that the schema has had; None where it is no schema of willbuy's yet."""
    from psycopg.sql import SQL, Identifier

    # by a query, since to_regclass may remember that a moment ago, before we held the lock, there was none
    if not shape_of(connection, schema, VERSION_TABLE):
        return None
    name = Identifier(schema, VERSION_TABLE)
    row = connection.execute(SQL("SELECT version_num FROM {}").format(name)).fetchone()
    return str(row[0]) if row else None


def check_shape(
    connection: "psycopg.Connection[Any]", schema: str, columns: Mapping[str, Mapping[str, str]] = COLUMNS
) -> None:
    """Raise ServerError where a table lacks a column, or has one of another type. Columns more do no harm."""
    for table, expected in columns.items():
        found = shape_of(connection, schema, table)
        for name, kind in expected.items():
            if found.get(name) == kind:
                continue
            what = f"column {name!r} is {found[name]}" if name in found else f"no column {name!r}"
            raise ServerError(
                f"the table {schema}.{table} has another shape than this willbuy expects: {what}, expected {kind}. Put it "
                "back as it was, or name another schema (storage.schema) and ingest anew. Nothing was changed."
            )


def shape_of(connection: "psycopg.Connection[Any]", schema: str, table: str) -> dict[str, str]:
    """The columns of a table with their types; none where there is no such table."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname = %s AND relname = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [schema, table],
    )
    return {str(name): str(kind) for name, kind in rows}


def _refuse_foreign(connection: "psycopg.Connection[Any]", schema: str) -> None:
    """A schema that willbuy did not make may hold anything but tables of these names."""
    rows = connection.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname = %s AND relname = ANY(%s) ORDER BY relname",
        [schema, list(COLUMNS)],
    ).fetchall()
    if rows:
        raise ServerError(
            f"the schema {schema} holds a table {rows[0][0]!r} that willbuy did not make. Name another schema "
            "(storage.schema), or move that table away. Nothing was changed."
        )


def _refuse_newer(found: str | None, schema: str) -> None:
    if found is not None and found > NEWEST:
        raise ServerError(
            f"the schema {schema} was written by a newer willbuy (step {found}, this one knows {NEWEST}). Update willbuy."
        )


def _make_schema(connection: "psycopg.Connection[Any]", schema: str) -> None:
    """Who may make no schema in the database may still own one: so it is looked for before it is made."""
    from psycopg.sql import SQL, Identifier

    if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone():
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))


@contextmanager
def _in_alembics_transaction(connection: "psycopg.Connection[Any]") -> "Iterator[sqlalchemy.Connection]":
    """The connection as alembic wants it: what it runs and what we run is one transaction, committed at the end."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import StaticPool

    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    connection.autocommit = False
    try:
        with engine.begin() as bound:
            yield bound
    except DBAPIError as error:
        raise error.orig or error from None
    finally:
        if not connection.closed:
            connection.autocommit = True


def _upgrade(connection: "psycopg.Connection[Any]", bound: "sqlalchemy.Connection", schema: str) -> None:
    from alembic.command import upgrade
    from alembic.config import Config
    from psycopg.sql import Identifier

    connection.execute("SELECT set_config('search_path', %s, true)", [Identifier(schema).as_string()])
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=bound, schema=schema)
    upgrade(config, "head")
