"""Working tables: made by one command, seen by its connections alone, gone with it, or swept by the next one."""

import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from willbuy.warehouse.postgres.names import quoted

if TYPE_CHECKING:
    import psycopg

PREFIX = "willbuy_work"
"""What the name of every working table begins with; the process id of the server's session that owns it follows."""

LOCK = 0x77_62_77_6B
"""The first key of the advisory locks that owners hold."""


class Working:
    """The working tables of a command.

    They are unlogged tables, which several connections can read and a crash empties, under names that no other command
    uses; a temporary view gives them the name that a query has for them. Their owner holds a lock as long as it lives.
    """

    def __init__(self, owner: "psycopg.Connection[Any]") -> None:
        self.owner = owner
        self.token = owner.info.backend_pid
        self.tables: set[str] = set()  # to be dropped at the end
        self.ready: set[str] = set()  # those of them that are made, and not about to be dropped
        self.guard = threading.Lock()
        owner.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, self.token])
        self.sweep()

    def sweep(self) -> None:
        """Drop what commands left behind that were killed."""
        rows = self.owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
            "AND starts_with(relname, %s)",
            [PREFIX],
        ).fetchall()
        for (name,) in rows:
            found = re.match(rf"{PREFIX}_(\d+)_", name)
            if found is None:
                continue
            held = [LOCK, int(found[1])]
            if self.owner.execute("SELECT pg_try_advisory_lock(%s, %s)", held).fetchone() == (True,):
                self.owner.execute(f'DROP TABLE IF EXISTS "{name}" CASCADE')
                self.owner.execute("SELECT pg_advisory_unlock(%s, %s)", held)

    def place(self, name: str) -> str:
        """The table that stands behind a name, quoted."""
        return quoted(f"{PREFIX}_{self.token}_{name.removeprefix('willbuy_')}")

    def make(self, connection: "psycopg.Connection[Any]", name: str, sql: str) -> None:
        """Make a table from a query, in place of one of the same name."""
        self.drop(connection, [name])
        self.known(connection, name, f"CREATE UNLOGGED TABLE {self.place(name)} AS\n{sql}")
        self.measure(connection, name)

    def known(self, connection: "psycopg.Connection[Any]", name: str, statement: str) -> None:
        """Make a table by a statement; it is dropped at the end, whatever comes between."""
        with self.guard:
            self.tables.add(name)
        connection.execute(statement)
        with self.guard:
            self.ready.add(name)
        self._show(connection, name)

    def measure(self, connection: "psycopg.Connection[Any]", name: str) -> None:
        """Let the planner know what a table holds, now that it is filled."""
        connection.execute(f"ANALYZE {self.place(name)}")

    def give_away(self, connection: "psycopg.Connection[Any]", name: str, to: str) -> None:
        """Rename a table: it is none of the working tables any more."""
        connection.execute(f"DROP VIEW IF EXISTS pg_temp.{quoted(name)}")
        connection.execute(f"ALTER TABLE {self.place(name)} RENAME TO {quoted(to)}")
        with self.guard:
            self.tables.discard(name)
            self.ready.discard(name)

    def view(self, connection: "psycopg.Connection[Any]", name: str, sql: str) -> None:
        """Give a query a name that this connection alone knows."""
        self.drop(connection, [name])
        connection.execute(f"CREATE TEMPORARY VIEW {quoted(name)} AS\n{sql}")

    def show(self, connection: "psycopg.Connection[Any]") -> None:
        """Let another connection see the tables that there are: none that is still being made, none is dropped meanwhile."""
        with self.guard:
            for name in sorted(self.ready):
                self._show(connection, name)

    def drop(self, connection: "psycopg.Connection[Any]", names: Iterable[str]) -> None:
        """Drop tables and views, where they exist, and where the server still answers: else the next command does."""
        if connection.closed:
            return
        for name in names:
            connection.execute(f"DROP VIEW IF EXISTS pg_temp.{quoted(name)} CASCADE")
            with self.guard:
                known = name in self.tables
                self.ready.discard(name)
            if known:
                connection.execute(f"DROP TABLE IF EXISTS {self.place(name)} CASCADE")
                with self.guard:
                    self.tables.discard(name)

    def close(self) -> None:
        """Drop what is left."""
        self.drop(self.owner, sorted(self.tables))

    def _show(self, connection: "psycopg.Connection[Any]", name: str) -> None:
        connection.execute(f"CREATE TEMPORARY VIEW {quoted(name)} AS SELECT * FROM {self.place(name)}")
