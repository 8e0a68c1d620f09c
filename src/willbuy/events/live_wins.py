"""Which rows say what a live event says: then the live one is kept, since it knows when we came to know.

A row of a file and a live event are one event when they have the same event id; or, where the row has none, the same
content as far as the shop's files tell it, counted: of three equal rows and two equal live events one row is left. What
is kept so does not depend on which came first.

A file knew of its events when it ended, at its last one. A live event that was received later than that, and so was sent
once more, counts as known when the file's row was.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import duckdb

from willbuy.events.duplicates import BODY, without_id
from willbuy.events.typed import SKEW
from willbuy.warehouse.dialect import Dialect

_sql = Dialect()

NOT_SHARED = ("kind_name", "received")
"""What a file and the service may say in other words of the same event."""


def find_said_twice(
    engine: duckdb.DuckDBPyConnection,
    silver: str,
    arrived: str,
    columns: Sequence[str],
    told: Collection[str],
    ends: Mapping[int, datetime],
    live_sources: Collection[int],
) -> None:
    """Make the table `dropped(source, line, new, conflict)` of rows that are no events of their own beside live ones.

    As `find_duplicates`, but a row that silver holds (`new` is false) may be dropped for a live event that came now.
    `told` are the columns that the shop's files have, `ends` the time of each file's last event. The table
    `heard(source, line, received)` holds the live events that a file knew of before, and when it did (null: at once).
    """
    live = f"source IN ({', '.join(map(str, sorted(live_sources)))})"
    known = f"SELECT *, false AS new FROM ({silver}) UNION ALL BY NAME " if silver else ""
    pool = f"SELECT *, {live} AS live FROM ({known}SELECT *, true AS new FROM ({arrived}))"
    body = [name for name in BODY if name in columns]
    shared = [name for name in body if name in told and name not in NOT_SHARED]
    for name, sql in {
        "counted": _counted(pool, shared),
        "same_id": _with_id(pool, body, shared),
        "dropped": f"SELECT source, line, new, conflict FROM same_id UNION ALL {_beside_live()} "
        f"UNION ALL {_among_files(pool, body)}",
        "heard": _heard(ends),
    }.items():
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}").fetchall()


def _with_id(pool: str, body: Sequence[str], shared: Sequence[str]) -> str:
    whole, common = (f"struct_pack({', '.join(('time', *names))})" for names in (body, shared))
    return f"""
        SELECT source, line, new, CASE WHEN live OR first_value(live) OVER best
            THEN common IS DISTINCT FROM first_value(common) OVER best
            ELSE whole IS DISTINCT FROM first_value(whole) OVER best END AS conflict, live, received,
            first_value(live) OVER best AS by_live, first_value(source) OVER best AS live_source,
            first_value(line) OVER best AS live_line, first_value(received) OVER best AS live_received
        FROM (SELECT *, {whole} AS whole, {common} AS common FROM ({pool}) WHERE event_id IS NOT NULL)
        WINDOW best AS (PARTITION BY entity_key, event_id ORDER BY NOT live, new, source, line)
        QUALIFY row_number() OVER best > 1"""


def _counted(pool: str, shared: Sequence[str]) -> str:
    """The rows without an id that have live events of their content, and these, each with its number among equal ones.

    In silver the live events come first: of what a file said, silver holds what they did not say.
    """
    same = ", ".join(("entity_key", "time", *shared))
    return f"""
        SELECT source, line, new, live, received, lives, row_number() OVER file
            + CASE WHEN live OR new THEN 0 ELSE known_lives END AS ordinal, struct_pack({same}) AS event
        FROM (
            SELECT *, count(*) FILTER (live) OVER same AS lives, count(*) FILTER (live AND NOT new) OVER same AS known_lives
            FROM ({pool}) SEMI JOIN (
                SELECT entity_key, time FROM ({pool}) GROUP BY entity_key, time
                HAVING bool_or(live) AND bool_or(NOT live AND event_id IS NULL)
            ) AS shared USING (entity_key, time)
            WHERE live OR event_id IS NULL
            WINDOW same AS (PARTITION BY {same})
        )
        WHERE lives > 0
        WINDOW file AS (
            PARTITION BY {same}, live, CASE WHEN new AND NOT live THEN source ELSE 0 END ORDER BY new, source, line)"""


def _beside_live() -> str:
    return """
        SELECT source, line, new, false AS conflict FROM counted WHERE NOT live
        QUALIFY ordinal <= lives OR row_number() OVER (PARTITION BY event, ordinal ORDER BY new, source, line) > 1"""


def _among_files(pool: str, body: Sequence[str]) -> str:
    rest = (
        f"SELECT * FROM ({pool}) ANTI JOIN counted USING (source, line) WHERE NOT live AND event_id IS NULL"
    )
    return f"SELECT source, line, true AS new, conflict FROM ({without_id(rest, body)})"


def _heard(ends: Mapping[int, datetime]) -> str:
    whens = " ".join(f"WHEN {source} THEN {_sql.timestamp(end)}" for source, end in ends.items())
    ended = f"CASE source {whens} END" if whens else "CAST(NULL AS TIMESTAMP)"
    return f"""
        SELECT live_source AS source, live_line AS line,
            CASE WHEN count(*) = count(received) THEN min(received) END AS received
        FROM (
            SELECT live_source, live_line, live_received, source, received FROM same_id
            WHERE by_live AND NOT live AND NOT conflict
            UNION ALL
            SELECT l.source, l.line, l.received, f.source, f.received
            FROM counted AS l JOIN counted AS f USING (event, ordinal) WHERE l.live AND NOT f.live
        )
        WHERE live_received > {ended} + {SKEW}
        GROUP BY ALL"""
