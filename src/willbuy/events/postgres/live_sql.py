"""The SQL of a merge with live events inside PostgreSQL: what events/live_wins.py says, for one bucket of entities.

Only what was staged can change anything: moments and event ids that nothing came for are settled since an earlier merge. So of
the events that are there, those are looked at that share an entity and a moment, or an event id, with one that arrived.
"""

from collections.abc import Collection

from willbuy.events.duplicates import BODY
from willbuy.events.live_wins import NOT_SHARED
from willbuy.events.postgres.merge_sql import moment
from willbuy.events.typed import SKEW

_KEYS = ("source", "line", "entity_key", "time", "event_id")


def is_live(sources: Collection[int], table: str = "") -> str:
    """SQL: a row came through the service."""
    return f'{table}"source" IN ({", ".join(str(source) for source in sorted(sources))})'


def counted(told: Collection[str], sources: Collection[int]) -> str:
    """The table `counted`: live events, and rows without an id that are of their content, each with its number among equal ones."""
    same = _names(("entity_key", "time", *_shared(told)))
    mine, known = (f'({is_live(sources, table)} OR {table}"event_id" IS NULL)' for table in ("", "e."))
    return f"""
CREATE TEMPORARY TABLE counted AS
WITH moments AS (SELECT DISTINCT "entity_key", "time" FROM arrived WHERE {mine}),
pool AS (
    SELECT {_columns("")}, true AS "new", {is_live(sources)} AS "live" FROM arrived WHERE {mine}
    UNION ALL
    SELECT {_columns("e.")}, false, {is_live(sources, "e.")}
    FROM "events" AS e JOIN moments AS m ON m."entity_key" = e."entity_key" AND m."time" = e."time" WHERE {known}),
shared AS (
    SELECT "entity_key", "time" FROM pool GROUP BY 1, 2 HAVING BOOL_OR("live") AND BOOL_OR(NOT "live" AND "event_id" IS NULL)),
beside AS (
    SELECT pool.*, COUNT(*) FILTER (WHERE "live") OVER equal AS "lives",
        COUNT(*) FILTER (WHERE "live" AND NOT "new") OVER equal AS "known_lives"
    FROM pool JOIN shared USING ("entity_key", "time") WINDOW equal AS (PARTITION BY {same}))
SELECT {_names(_KEYS)}, "new", "live", "received", "lives", DENSE_RANK() OVER (ORDER BY {same}) AS "event",
    ROW_NUMBER() OVER file + CASE WHEN "live" OR "new" THEN 0 ELSE "known_lives" END AS "ordinal"
FROM beside WHERE "lives" > 0
WINDOW file AS (
    PARTITION BY {same}, "live", CASE WHEN "new" AND NOT "live" THEN "source" ELSE 0 END ORDER BY "new", "source", "line")"""


def same_id(told: Collection[str], sources: Collection[int]) -> str:
    """The table `same_id`: rows that have the event id of a better one: of a live event, else of an earlier row."""
    whole, common = (_differs(("time", *names)) for names in (BODY, _shared(told)))
    return f"""
CREATE TEMPORARY TABLE same_id AS
WITH ids AS (SELECT DISTINCT "entity_key", "event_id" FROM arrived WHERE "event_id" IS NOT NULL),
pool AS (
    SELECT {_columns("")}, true AS "new", {is_live(sources)} AS "live" FROM arrived WHERE "event_id" IS NOT NULL
    UNION ALL
    SELECT {_columns("e.")}, false, {is_live(sources, "e.")}
    FROM "events" AS e JOIN ids ON ids."entity_key" = e."entity_key" AND ids."event_id" = e."event_id"),
ranked AS (
    SELECT {_names(_KEYS)}, "new", "live", "received",
        CASE WHEN "live" OR FIRST_VALUE("live") OVER best THEN {common} ELSE {whole} END AS "conflict",
        FIRST_VALUE("live") OVER best AS "by_live", FIRST_VALUE("source") OVER best AS "live_source",
        FIRST_VALUE("line") OVER best AS "live_line", FIRST_VALUE("received") OVER best AS "live_received",
        ROW_NUMBER() OVER best AS "rank"
    FROM pool WINDOW best AS (PARTITION BY "entity_key", "event_id" ORDER BY NOT "live", "new", "source", "line"))
SELECT * FROM ranked WHERE "rank" > 1"""


def said_twice(sources: Collection[int]) -> str:
    """The table `dropped`: rows that are no events of their own; `new` is false of those that were events until now."""
    body = _names(("entity_key", "time", *BODY))
    apart = 'NOT EXISTS (SELECT FROM counted AS c WHERE c."source" = {0}."source" AND c."line" = {0}."line")'
    mine, known = (
        f'{table}."event_id" IS NULL AND NOT {is_live(sources, f"{table}.")} AND {apart.format(table)}'
        for table in ("a", "e")
    )
    return f"""
CREATE TEMPORARY TABLE dropped AS
WITH moments AS (SELECT DISTINCT "entity_key", "time" FROM arrived AS a WHERE {mine}),
pool AS (
    SELECT {_columns("a.")}, true AS "new", a."source" AS "file" FROM arrived AS a WHERE {mine}
    UNION ALL
    SELECT {_columns("e.")}, false, 0
    FROM "events" AS e JOIN moments AS m ON m."entity_key" = e."entity_key" AND m."time" = e."time" WHERE {known}),
shared AS (SELECT "entity_key", "time" FROM pool GROUP BY 1, 2 HAVING MIN("file") < MAX("file")),
numbered AS (
    SELECT pool.*, ROW_NUMBER() OVER (PARTITION BY {body}, "file" ORDER BY "source", "line") AS "ordinal"
    FROM pool JOIN shared USING ("entity_key", "time")),
among_files AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY {body}, "ordinal" ORDER BY "new", "source", "line") AS "rank" FROM numbered),
beside_live AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY "event", "ordinal" ORDER BY "new", "source", "line") AS "rank"
    FROM counted WHERE NOT "live")
SELECT {_names(_KEYS)}, "new", "conflict" FROM same_id
UNION ALL SELECT {_names(_KEYS)}, "new", false FROM beside_live WHERE "ordinal" <= "lives" OR "rank" > 1
UNION ALL SELECT {_names(_KEYS)}, "new", false FROM among_files WHERE "new" AND "rank" > 1"""


LAST_STAGED = moment('MAX("time")')
FILES = """
SELECT "source" FROM same_id WHERE "by_live" AND NOT "live" AND NOT "conflict" UNION
SELECT "source" FROM counted WHERE NOT "live" ORDER BY 1"""
"""The files that say what a live event says: when they ended has to be known."""

HEARD = f"""
CREATE TEMPORARY TABLE heard AS
SELECT "live_source" AS "source", "live_line" AS "line", p."entity_key", p."time",
    CASE WHEN COUNT(*) = COUNT(p."received") THEN MIN(p."received") END AS "received"
FROM (
    SELECT "live_source", "live_line", "live_received", "entity_key", "time", "source", "received"
    FROM same_id WHERE "by_live" AND NOT "live" AND NOT "conflict"
    UNION ALL
    SELECT l."source", l."line", l."received", l."entity_key", l."time", f."source", f."received"
    FROM counted AS l JOIN counted AS f USING ("event", "ordinal") WHERE l."live" AND NOT f."live") AS p
JOIN UNNEST(%(sources)s::integer[], %(ends)s::timestamp[]) AS ended ("source", "at") ON ended."source" = p."source"
WHERE p."live_received" > ended."at" + {SKEW}
GROUP BY 1, 2, 3, 4"""
"""The table `heard`: live events that a file knew of before, and when it did (null: at once)."""

_SAME_ROW = " AND ".join(f'e."{name}" = d."{name}"' for name in ("entity_key", "time", "source", "line"))

REPLACED = f"""
WITH gone AS (DELETE FROM "events" AS e USING dropped AS d WHERE NOT d."new" AND {_SAME_ROW} RETURNING e."source", e."time")
SELECT "source", MAX("time") FROM gone GROUP BY 1"""
"""Events of files that live ones stand for now; gives the time of each file's last one among them."""

HEARD_BEFORE = (
    'UPDATE arrived AS a SET "received" = h."received" FROM heard AS h WHERE a."source" = h."source" AND a."line" = h."line"',
    f'UPDATE "events" AS e SET "received" = d."received" FROM heard AS d WHERE {_SAME_ROW} '
    'AND e."received" IS DISTINCT FROM d."received"',
)
"""What arrived, then what was there, gets the moment at which a file knew it."""

LONELY = """
UPDATE "events" AS e SET "alone" = true WHERE NOT e."alone"
AND e."entity_key" IN (SELECT "entity_key" FROM dropped WHERE NOT "new")
AND (SELECT COUNT(*) FROM "events" AS x WHERE x."entity_key" = e."entity_key") = 1"""
"""What is left of an entity may be one event now."""


def _shared(told: Collection[str]) -> list[str]:
    """What a file and the service both say of an event, as far as the shop's files tell it."""
    return [name for name in BODY if name in told and name not in NOT_SHARED]


def _differs(names: Collection[str]) -> str:
    return (
        "("
        + " OR ".join(f'"{name}" IS DISTINCT FROM FIRST_VALUE("{name}") OVER best' for name in names)
        + ")"
    )


def _columns(table: str) -> str:
    return ", ".join(f'{table}"{name}"' for name in (*_KEYS, *BODY))


def _names(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
