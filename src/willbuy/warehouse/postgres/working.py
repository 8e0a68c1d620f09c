"""Working tables: made by one command, seen by its connections alone, gone with it, or swept by the next one."""

import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

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
        self.tables: set[str] = set()
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
        return _quoted(f"{PREFIX}_{self.token}_{name.removeprefix('willbuy_')}")

    def make(self, connection: "psycopg.Connection[Any]", name: str, sql: str) -> None:
        """Make a table from a query, in place of one of the same name."""
        self.drop(connection, [name])
        self._run(connection, f"CREATE UNLOGGED TABLE {self.place(name)} AS\n{sql}")
        self.known(connection, name)

    def known(self, connection: "psycopg.Connection[Any]", name: str) -> None:
        """A table was made and filled: measure it for the planner, and let the connection see it."""
        with self.guard:
            self.tables.add(name)
        self._run(connection, f"ANALYZE {self.place(name)}")
        self._show(connection, name)

    def view(self, connection: "psycopg.Connection[Any]", name: str, sql: str) -> None:
        """Give a query a name that this connection alone knows."""
        self.drop(connection, [name])
        self._run(connection, f"CREATE TEMPORARY VIEW {_quoted(name)} AS\n{sql}")

    def show(self, connection: "psycopg.Connection[Any]") -> None:
        """Let another connection see the tables that there are."""
        with self.guard:
            names = sorted(self.tables)
        for name in names:
            self._show(connection, name)

    def drop(self, connection: "psycopg.Connection[Any]", names: Iterable[str]) -> None:
        """Drop tables and views, where they exist."""
        for name in names:
            self._run(connection, f"DROP VIEW IF EXISTS pg_temp.{_quoted(name)} CASCADE")
            with self.guard:
                known = name in self.tables
                self.tables.discard(name)
            if known:
                self._run(connection, f"DROP TABLE IF EXISTS {self.place(name)} CASCADE")

    def close(self) -> None:
        """Drop what is left, where the server still answers: else the next command does."""
        if not self.owner.closed and not self.owner.broken:
            self.drop(self.owner, sorted(self.tables))

    def _show(self, connection: "psycopg.Connection[Any]", name: str) -> None:
        self._run(connection, f"CREATE TEMPORARY VIEW {_quoted(name)} AS SELECT * FROM {self.place(name)}")

    def _run(self, connection: "psycopg.Connection[Any]", sql: str) -> None:
        connection.execute(sql)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
