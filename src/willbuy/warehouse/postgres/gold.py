"""Gold: the snapshots of the newest training as a table, and a view with the newest snapshot of each entity."""

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from willbuy.warehouse.postgres.names import quoted

if TYPE_CHECKING:
    import psycopg

    from willbuy.warehouse.postgres.working import Working

TABLE, VIEW, NAME = "snapshots", "customer_features", "willbuy_gold"
FIRST = ("entity_key", "anchor", "label", "session", "k", "closes")
"""What stands before the features, as far as it is there."""

_LEFT_OUT = ("pair", "moment")
_EVER = "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"


class Gold:
    """Snapshots on their way into the schema: into a working table first, in place of the old ones once all are there.

    The table has one partition, which is what is exchanged: rights and views that others made on it stay.
    """

    def __init__(self, working: "Working") -> None:
        self.working = working
        self.columns: dict[str, str] = {}
        self.guard = threading.Lock()

    @property
    def place(self) -> str:
        """The working table, quoted."""
        return self.working.place(NAME)

    def adding(self, connection: "psycopg.Connection[Any]", sql: str, kinds: Mapping[str, str]) -> str:
        """A statement that adds a query's rows and returns them. `kinds` are the query's columns with their types."""
        with self.guard:
            if not self.columns:
                self.columns = _arranged(kinds)
                listed = ", ".join(
                    f"{quoted(name)} {kind}{' NOT NULL' * (name in FIRST[:2])}"
                    for name, kind in self.columns.items()
                )
                self.working.known(connection, NAME, f"CREATE TABLE {self.place} ({listed})")
        names = ", ".join(quoted(name) for name in self.columns)
        return f"INSERT INTO {self.place} ({names}) SELECT {names} FROM (\n{sql}\n) g RETURNING {names}"

    def publish(self, connection: "psycopg.Connection[Any]") -> None:
        """Put the new snapshots in place of the old ones, in one transaction."""
        if not self.columns:
            return
        key = ", ".join(quoted(name) for name in ("entity_key", "anchor", "session") if name in self.columns)
        part = f"{TABLE}_{self.working.token}"
        index = self.working.place(f"{NAME}_key")
        connection.execute(f"CREATE UNIQUE INDEX {index} ON {self.place} ({key})")
        connection.execute(f"ANALYZE {self.place}")
        with connection.transaction():
            hold_gold(connection)
            self._take_away(connection)
            connection.execute(f"DELETE FROM {self.place} AS g WHERE {_UNKNOWN}")  # erased meanwhile
            if not _columns_of(connection):
                listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in self.columns.items())
                connection.execute(f'CREATE TABLE "{TABLE}" ({listed}) PARTITION BY RANGE ("anchor")')
                connection.execute(f'CREATE UNIQUE INDEX ON "{TABLE}" ({key})')
                connection.execute(f'CREATE VIEW "{VIEW}" AS {self._newest()}')
            self.working.give_away(connection, NAME, part)
            connection.execute(f"ALTER INDEX {index} RENAME TO {quoted(f'{part}_key')}")
            connection.execute(f'ALTER TABLE "{TABLE}" ATTACH PARTITION {quoted(part)} {_EVER}')

    def _take_away(self, connection: "psycopg.Connection[Any]") -> None:
        """Drop the old snapshots, and their table too where the columns are others now."""
        if _columns_of(connection) == self.columns:
            for (name,) in connection.execute(
                f"SELECT relid::regclass::text FROM pg_partition_tree('\"{TABLE}\"') WHERE isleaf"
            ).fetchall():
                connection.execute(f"DROP TABLE {name}")
            return
        connection.execute(f'DROP VIEW IF EXISTS "{VIEW}"')
        connection.execute(f'DROP TABLE IF EXISTS "{TABLE}"')

    def _newest(self) -> str:
        shown = ", ".join(f"s.{quoted(name)}" for name in self.columns if name != "entity_key")
        return (
            f'SELECT e."entity", {shown} FROM (SELECT DISTINCT ON ("entity_key") * FROM "{TABLE}" '
            'ORDER BY "entity_key" DESC, "anchor" DESC) s JOIN "entities" e ON e."entity_key" = s."entity_key"'
        )


_UNKNOWN = 'NOT EXISTS (SELECT FROM "entities" AS e WHERE e."entity_key" = g."entity_key")'


def hold_gold(connection: "psycopg.Connection[Any]") -> None:
    """Let no other transaction exchange the snapshots, or erase from them, until this one ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('willbuy gold'), hashtext(current_schema()))")


def remove_gold(connection: "psycopg.Connection[Any]", keys: Sequence[int] | None = None) -> int:
    """Delete the snapshots of some entities, by their keys, or all; return how many there were. Who holds gold may."""
    if not _columns_of(connection):
        return 0
    if keys is None:
        return connection.execute(f'DELETE FROM "{TABLE}"').rowcount
    return connection.execute(f'DELETE FROM "{TABLE}" WHERE "entity_key" = ANY(%s)', [list(keys)]).rowcount


def _arranged(kinds: Mapping[str, str]) -> dict[str, str]:
    first = [name for name in FIRST if name in kinds]
    rest = [name for name in kinds if name not in (*FIRST, *_LEFT_OUT)]
    return {name: kinds[name] for name in (*first, *rest)}


def _columns_of(connection: "psycopg.Connection[Any]") -> dict[str, str]:
    """The columns of the table that is there with their types; none where there is no such table."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = "
        f"to_regclass('\"{TABLE}\"') AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    return {str(name): str(kind) for name, kind in rows}
