"""Which arrived rows are events that are known already.

With an event id, the rows of one entity with the same id are one event: the first is kept, and a later one with
another content is a conflict. Without an id, an event is its fields and its ordinal among equal rows of its file:
two equal rows of one file are two events, and the same two rows in a second file are the same two events.
"""

from collections.abc import Sequence

import duckdb

BODY = ("kind", "kind_name", "item_key", "category", "price", "quantity", "session", "received")
"""What an event is, beside its entity and time (and its event id)."""


def find_duplicates(
    connection: duckdb.DuckDBPyConnection, silver: str, arrived: str, columns: Sequence[str]
) -> None:
    """Make the table `dropped(source, line, conflict, new)` of arrived rows that are no new events.

    `silver` is SQL for the events that are there already ("" for none), `arrived` for the rows that came; both have
    these columns, and all events of the entities in question.
    """
    known = f"SELECT *, false AS new FROM ({silver}) UNION ALL " if silver else ""
    pool = f"{known}SELECT *, true AS new FROM ({arrived})"
    body = [name for name in BODY if name in columns]
    if "event_id" in columns:
        with_id = _with_id(f"SELECT * FROM ({pool}) WHERE event_id IS NOT NULL", body)
        without = without_id(f"SELECT * FROM ({pool}) WHERE event_id IS NULL", body)
        found = f"{with_id} UNION ALL {without}"
    else:
        found = without_id(pool, body)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE dropped AS SELECT *, true AS new FROM ({found})"
    ).fetchall()


def _with_id(pool: str, body: Sequence[str]) -> str:
    content = f"struct_pack({', '.join(('time', *body))})"
    return f"""
        SELECT source, line, content IS DISTINCT FROM first_value(content) OVER earlier AS conflict
        FROM (SELECT *, {content} AS content FROM ({pool}))
        WINDOW earlier AS (PARTITION BY entity_key, event_id ORDER BY new, source, line)
        QUALIFY new AND row_number() OVER earlier > 1"""


def without_id(pool: str, body: Sequence[str]) -> str:
    """SQL: the rows of files without an event id that are no new events, as `find_duplicates` tells them.

    Only moments of an entity that two files share can hold a duplicate: the rest is passed over before the sort.
    """
    fields = ", ".join(("entity_key", "time", *body))
    file = "CASE WHEN new THEN source ELSE 0 END"
    return f"""
        SELECT source, line, false AS conflict FROM (
            SELECT *, row_number() OVER (PARTITION BY {fields}, {file} ORDER BY source, line) AS ordinal
            FROM ({pool}) SEMI JOIN (
                SELECT entity_key, time FROM ({pool}) GROUP BY entity_key, time
                HAVING min({file}) < max({file})
            ) AS shared USING (entity_key, time)
        )
        QUALIFY new AND row_number() OVER (PARTITION BY {fields}, ordinal ORDER BY new, source, line) > 1"""
