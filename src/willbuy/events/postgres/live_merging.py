"""A bucket's merge where there are live events: which rows say what a live one says, and what becomes of those that were events."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from willbuy.events.postgres import live_sql as sql

if TYPE_CHECKING:
    import psycopg


class Ends:
    """The time of the last event of each file that is asked for, of those in silver before the merge and those staged."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._found: dict[int, datetime] = {}
        self._gone: dict[int, datetime] = {}

    def of(self, sources: Collection[int]) -> dict[int, datetime]:
        """Those of some sources. One whose rows were all refused has none."""
        unknown = [source for source in sources if source not in self._found]
        if unknown:
            found = [*self._staged(unknown), *self._in_silver(unknown)]
            for source, end in [*found, *((one, self._gone[one]) for one in unknown if one in self._gone)]:
                self._found[source] = max(end, self._found.get(source, end))
        return {source: self._found[source] for source in sources if source in self._found}

    def went(self, source: int, last: datetime) -> None:
        """An event of a file was there when the merge began, and is gone."""
        self._gone[source] = max(last, self._gone.get(source, last))

    def _staged(self, sources: Collection[int]) -> list[tuple[int, datetime]]:
        statement = f'SELECT "source", {sql.LAST_STAGED} FROM "staged" WHERE "source" = ANY(%s) GROUP BY 1'
        return self._connection.execute(statement, [list(sources)]).fetchall()

    def _in_silver(self, sources: Collection[int]) -> list[tuple[int, datetime]]:
        """From the newest month on: a file's last event stands in the first month that has any of it."""
        months = self._connection.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = to_regclass('events') "
            "ORDER BY 1 DESC"
        ).fetchall()
        found: dict[int, datetime] = {}
        for (month,) in months:
            left = [source for source in sources if source not in found]
            if not left:
                break
            statement = f'SELECT "source", MAX("time") FROM "{month}" WHERE "source" = ANY(%s) GROUP BY 1'
            found |= dict(self._connection.execute(statement.encode(), [left]).fetchall())
        return list(found.items())


def find_said_twice(
    connection: "psycopg.Connection[Any]", told: Collection[str], live: Collection[int], ends: Ends
) -> None:
    """Make the tables `dropped` and `heard` for the table `arrived`; see events/live_wins.py."""
    connection.execute(sql.counted(told, live).encode())
    connection.execute(sql.same_id(told, live).encode())
    connection.execute("ANALYZE counted")
    connection.execute(sql.said_twice(live).encode())
    connection.execute("ANALYZE dropped")
    found = ends.of([source for (source,) in connection.execute(sql.FILES)])
    connection.execute(sql.HEARD.encode(), {"sources": list(found), "ends": list(found.values())})
    connection.execute("ANALYZE heard")
    connection.execute("DROP TABLE counted, same_id")


def stand_for_files(connection: "psycopg.Connection[Any]", ends: Ends) -> bool:
    """Take out events of files that live ones stand for, and let live ones be known since a file knew them.

    Returns whether anything that readers have seen is another thing now.
    """
    gone = connection.execute(sql.REPLACED).fetchall()
    for source, last in gone:
        ends.went(source, last)
    changed = [connection.execute(statement).rowcount for statement in sql.HEARD_BEFORE]
    connection.execute("DROP TABLE heard")
    return bool(gone) or changed[-1] > 0


def leave_alone(connection: "psycopg.Connection[Any]") -> None:
    """Look again whether what is left of an entity is all that it ever did."""
    connection.execute(sql.LONELY)
