"""The SQL of taking rows out of a log on a PostgreSQL server; what a lost line counts as is what privacy/account.py says.

`gone` holds the lines of bronze that lose their text, `events_gone` how many events of silver go with them, by source and entity.
Both are of one transaction.
"""

GONE = """
CREATE TEMPORARY TABLE gone ("source" integer, "line" bigint, "raw" text, "fault" text) ON COMMIT DROP;
CREATE TEMPORARY TABLE events_gone ("source" integer, "entity_key" bigint, "events" bigint) ON COMMIT DROP"""

FOUND = 'CREATE TEMPORARY TABLE found ("line" bigint) ON COMMIT DROP'
"""The lines of one source."""

ADD_GONE = 'INSERT INTO gone SELECT %(source)s::integer, "line", %(raw)s::text, %(fault)s::text FROM found'


def take_out(table: str) -> str:
    """Take the text out of the lines that were found in a table of bronze, and write there why."""
    return (
        f'UPDATE ONLY "{table}" AS b SET "raw" = %(raw)s, "fault" = %(fault)s FROM found AS f '
        'WHERE b."source" = %(source)s AND b."line" = f."line"'
    )


KEY = 'SELECT "entity_key" FROM "entities" WHERE "entity" = %s'

_EVENTS = """
WITH e AS (DELETE FROM "events" WHERE {0} RETURNING "source", "entity_key")
INSERT INTO events_gone SELECT "source", "entity_key", COUNT(*) FROM e GROUP BY 1, 2"""

ERASE_EVENTS = _EVENTS.format(f'"entity_key" = ({KEY})')
EXPIRE_EVENTS = _EVENTS.format('"time" < %s')

ERASE_ENTITY = 'DELETE FROM "entities" WHERE "entity" = %s'
EXPIRE_ENTITIES = """
DELETE FROM "entities" AS n WHERE n."entity_key" IN (SELECT "entity_key" FROM events_gone)
AND NOT EXISTS (SELECT FROM "events" AS e WHERE e."entity_key" = n."entity_key") RETURNING n."entity_key\""""
"""Visitors who have no other event."""

EVENTS_GONE = 'SELECT COALESCE(SUM("events"), 0) FROM events_gone'

SETTLE = (
    'DELETE FROM "rejected" AS r USING gone AS g WHERE r."source" = g."source" AND r."line" = g."line"',
    """
INSERT INTO "rejected" ("source", "line", "rule", "field", "value", "raw")
SELECT "source", "line", "fault", 'row', "raw", "raw" FROM gone ORDER BY 1, 2""",
    """
UPDATE "parts" AS p SET "rejected" = (
    SELECT COALESCE(jsonb_object_agg("rule", "rows"), '{}') FROM (
        SELECT "rule", COUNT(*) AS "rows" FROM "rejected" AS r WHERE r."source" = p."source" AND r."line" >= p."first_line"
        AND r."line" < p."first_line" + p."lines" AND r."rule" <> 'event_id_conflict' GROUP BY 1) AS c)
WHERE EXISTS (
    SELECT FROM gone AS g WHERE g."source" = p."source" AND g."line" >= p."first_line" AND g."line" < p."first_line" + p."lines")""",
    'DELETE FROM "rejections" WHERE "source" IN (SELECT "source" FROM gone)',
    """
INSERT INTO "rejections" ("source", "rule", "rows")
SELECT "source", "rule", COUNT(*) FROM "rejected" WHERE "source" IN (SELECT "source" FROM gone) GROUP BY 1, 2""",
    """
UPDATE "sources" AS s SET "accepted" = s."accepted" - c."events", "rejected" = c."rejected",
    "duplicates" = s."read" - (s."accepted" - c."events") - c."rejected"
FROM (
    SELECT t."source", COALESCE((SELECT SUM(e."events") FROM events_gone AS e WHERE e."source" = t."source"), 0) AS "events",
        COALESCE((SELECT SUM(r."rows") FROM "rejections" AS r WHERE r."source" = t."source"), 0) AS "rejected"
    FROM (SELECT "source" FROM gone UNION SELECT "source" FROM events_gone) AS t) AS c
WHERE s."source" = c."source\"""",
)
"""Refused rows, their counts by part and source, and the sources' accounts, after what is gone."""
