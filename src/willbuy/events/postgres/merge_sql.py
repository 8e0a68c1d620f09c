"""The SQL of the merge inside PostgreSQL: what events/merging.py and events/duplicates.py say, for one bucket of entities.

Keys are given by the same rule: an entity's is `bucket + 16 x its number in the bucket`, an item's its number in the shop;
new ones are numbered on from the known ones in byte order of their ids.
"""

from collections.abc import Sequence

from willbuy.events.canonical import EVENTS_TYPES
from willbuy.events.duplicates import BODY
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import BUCKETS

_sql = Dialect()
EPOCH = "TIMESTAMP '1970-01-01 00:00:00'"

NEW_ITEMS = """
INSERT INTO "items" ("item_key", "item")
SELECT (SELECT COALESCE(MAX("item_key") + 1, 0) FROM "items") + ROW_NUMBER() OVER (ORDER BY "item") - 1, "item"
FROM (SELECT DISTINCT "item" FROM "staged" WHERE "item" IS NOT NULL) AS found
WHERE NOT EXISTS (SELECT FROM "items" AS known WHERE known."item" = found."item")"""


def moment(name: str) -> str:
    """A staged moment (microseconds since 1970) as a timestamp; whole microseconds stay whole."""
    return f"{EPOCH} + {name} * INTERVAL '1 microsecond'"


def new_entities(bucket: int, after: int) -> str:
    """Number the entities of a bucket that are not known yet, from `after` on."""
    return f"""
INSERT INTO "entities" ("entity_key", "entity")
SELECT {bucket} + CAST({BUCKETS} AS bigint) * ({after} + ROW_NUMBER() OVER (ORDER BY "entity") - 1), "entity"
FROM (SELECT DISTINCT "entity" FROM "staged" WHERE "bucket" = {bucket}) AS found
WHERE NOT EXISTS (SELECT FROM "entities" AS known WHERE known."entity" = found."entity")"""


def arrived(bucket: int, kinds: Sequence[tuple[str, str]], fields: frozenset[str]) -> str:
    """The table `arrived`: a bucket's staged rows as events, with the keys of their entities and items."""
    values = values_of(kinds, fields, "CAST(NULL AS boolean)", "COALESCE({}, s.{})")
    named = ", ".join(f'{value} AS "{name}"' for name, value in zip(columns_of(fields), values, strict=True))
    missing = [name for name in EVENTS_TYPES if name not in columns_of(fields)]
    nulls = "".join(
        f', CAST(NULL AS {_TYPES.get(EVENTS_TYPES[name], EVENTS_TYPES[name])}) AS "{name}"'
        for name in missing
    )
    return f"""
CREATE TEMPORARY TABLE arrived AS SELECT {named}{nulls}
FROM (SELECT n."entity_key", s.* FROM "staged" AS s JOIN "entities" AS n ON n."entity" = s."entity" WHERE s."bucket" = {bucket}) AS s
{items_joined(fields)}"""


_TYPES = {"VARCHAR": "text"}


def columns_of(fields: frozenset[str]) -> list[str]:
    """The columns of `events` that rows of these fields fill."""
    always = {"entity_key", "time", "kind", "kind_name", "source", "line", "alone"}
    also = {"item_key"} if "item" in fields else set()
    return [name for name in EVENTS_TYPES if name in always | also | fields]


def names_of(columns: Sequence[str]) -> str:
    """Columns by their names, quoted.

    >>> names_of(["line", "time"])
    '"line", "time"'
    """
    return ", ".join(f'"{name}"' for name in columns)


def values_of(
    kinds: Sequence[tuple[str, str]], fields: frozenset[str], alone: str, kind: str = "{}"
) -> list[str]:
    """The values of `columns_of`. A row of a file has its kind by number; a live one carries it, and what the shop called it then."""
    given = {
        "time": moment('s."time"'),
        "received": moment('s."received"'),
        "kind": kind.format(_kind_case(kinds, 1), '"kind"'),
        "kind_name": kind.format(_kind_case(kinds, 0), '"kind_name"'),
        "item_key": 'i."item_key"',
        "alone": alone,
    }
    return [given.get(name, f's."{name}"') for name in columns_of(fields)]


def _kind_case(kinds: Sequence[tuple[str, str]], which: int) -> str:
    whens = " ".join(f"WHEN {code} THEN {_sql.text(pair[which])}" for code, pair in enumerate(kinds))
    return f'CASE s."kind_code" {whens} END'


def items_joined(fields: frozenset[str], table: str = "items") -> str:
    """What staged rows `s` are joined to for the keys of their items, where they have any."""
    return f'LEFT JOIN "{table}" AS i ON i."item" = s."item"' if "item" in fields else ""


DUPLICATES = f"""
CREATE TEMPORARY TABLE dropped AS
WITH moments AS (SELECT DISTINCT "entity_key", "time" FROM arrived WHERE "event_id" IS NULL),
pool AS (
    SELECT {names_of(("source", "line", "entity_key", "time", *BODY))}, true AS "new", "source" AS "file"
    FROM arrived WHERE "event_id" IS NULL
    UNION ALL
    SELECT {", ".join(f'e."{name}"' for name in ("source", "line", "entity_key", "time", *BODY))}, false, 0
    FROM "events" AS e JOIN moments AS m ON m."entity_key" = e."entity_key" AND m."time" = e."time" WHERE e."event_id" IS NULL),
shared AS (SELECT "entity_key", "time" FROM pool GROUP BY 1, 2 HAVING MIN("file") < MAX("file")),
counted AS (
    SELECT pool.*, ROW_NUMBER() OVER (
        PARTITION BY {names_of(("entity_key", "time", *BODY, "file"))} ORDER BY "source", "line") AS "ordinal"
    FROM pool JOIN shared USING ("entity_key", "time")),
ranked AS (
    SELECT "source", "line", "new", ROW_NUMBER() OVER (
        PARTITION BY {names_of(("entity_key", "time", *BODY, "ordinal"))} ORDER BY "new", "source", "line") AS "rank"
    FROM counted)
SELECT "source", "line", true AS "new", false AS "conflict", CAST(NULL AS text) AS "event_id" FROM ranked
WHERE "new" AND "rank" > 1"""

_OTHER = " OR ".join(
    f'"{name}" IS DISTINCT FROM FIRST_VALUE("{name}") OVER earlier' for name in ("time", *BODY)
)
SAME_IDS = f"""
INSERT INTO dropped
WITH ids AS (SELECT DISTINCT "entity_key" FROM arrived WHERE "event_id" IS NOT NULL),
pool AS (
    SELECT {names_of(("source", "line", "entity_key", "event_id", "time", *BODY))}, true AS "new"
    FROM arrived WHERE "event_id" IS NOT NULL
    UNION ALL
    SELECT {", ".join(f'e."{name}"' for name in ("source", "line", "entity_key", "event_id", "time", *BODY))}, false
    FROM "events" AS e JOIN ids ON ids."entity_key" = e."entity_key" WHERE e."event_id" IS NOT NULL),
ranked AS (
    SELECT "source", "line", "event_id", "new", {_OTHER} AS "conflict", ROW_NUMBER() OVER earlier AS "rank"
    FROM pool WINDOW earlier AS (PARTITION BY "entity_key", "event_id" ORDER BY "new", "source", "line"))
SELECT "source", "line", "new", "conflict", "event_id" FROM ranked WHERE "new" AND "rank" > 1"""

FATES = 'SELECT "source", "new", "conflict", COUNT(*) FROM dropped GROUP BY 1, 2, 3 ORDER BY 1, 2, 3'

CONFLICTS = """
INSERT INTO "staged_rejected" ("source", "line", "rule", "field", "value")
SELECT "source", "line", 'event_id_conflict', 'event_id', "event_id" FROM dropped WHERE "conflict\""""

LEFT_OVER = (
    'DELETE FROM arrived AS a USING dropped AS d WHERE a."source" = d."source" AND a."line" = d."line"'
)

NOT_ALONE = """
UPDATE "events" AS e SET "alone" = false
WHERE e."alone" AND e."entity_key" IN (SELECT DISTINCT "entity_key" FROM arrived WHERE "entity_key" < %(new)s)"""

INSERTED = f"""
INSERT INTO "events" ({names_of(list(EVENTS_TYPES))})
SELECT {", ".join(f'a."{name}"' for name in EVENTS_TYPES if name != "alone")}, c."alone"
FROM arrived AS a JOIN (
    SELECT "entity_key", COUNT(*) = 1 AND CASE WHEN "entity_key" < %(new)s
        THEN NOT EXISTS (SELECT FROM "events" AS e WHERE e."entity_key" = b."entity_key") ELSE true END AS "alone"
    FROM arrived AS b GROUP BY 1) AS c USING ("entity_key")
ORDER BY a."entity_key", a."time\""""
"""Entities from the key `new` on came with this merge: they have no earlier events, and none are looked for."""
