"""The merge as standard SQL over the tables `staged`, `entities`, `items`, `known` and `arrived`: keys, events, duplicates.

The rules are those of `willbuy.events.merging` and `willbuy.events.duplicates`; their texts are written for one bucket in
one process, these for all rows at once.
"""

from collections.abc import Collection, Sequence

from willbuy.events.canonical import FIELDS
from willbuy.events.duplicates import BODY
from willbuy.warehouse.layout import BUCKETS
from willbuy.warehouse.spark.dialect import SparkDialect
from willbuy.warehouse.spark.tables import EVENTS

_sql = SparkDialect()


DROPPED = {"source": "INT", "line": "BIGINT", "event_id": "STRING", "conflict": "BOOLEAN"}
"""The columns of what `dropped` finds."""


def new_entities(known: bool) -> str:
    """The entities that are new: numbered on in each bucket, in byte order of their ids (`merging`'s rule)."""
    found = 'SELECT DISTINCT CAST("bucket" AS BIGINT) AS "bucket", "entity" FROM staged WHERE "rule" = 0'
    number = 'ROW_NUMBER() OVER (PARTITION BY f."bucket" ORDER BY f."entity") - 1'
    if not known:
        return f'SELECT f."bucket" + {BUCKETS} * ({number}) AS "entity_key", f."entity" FROM ({found}) f'
    last = (
        f'SELECT MOD("entity_key", {BUCKETS}) AS "bucket", {_sql.whole("MAX(entity_key)", BUCKETS)} + 1 AS "next" '
        "FROM entities GROUP BY 1"
    )
    return (
        f'SELECT f."bucket" + {BUCKETS} * (COALESCE(k."next", 0) + {number}) AS "entity_key", f."entity" '
        f'FROM ({found}) f LEFT JOIN ({last}) k ON k."bucket" = f."bucket" '
        'WHERE NOT EXISTS (SELECT 1 FROM entities e WHERE e."entity" = f."entity")'
    )


def new_items(known: bool) -> str:
    """The items that are new, numbered on in byte order of their ids."""
    found = 'SELECT DISTINCT "item" FROM staged WHERE "rule" = 0 AND "item" IS NOT NULL'
    number = 'ROW_NUMBER() OVER (ORDER BY f."item") - 1'
    if not known:
        return f'SELECT CAST({number} AS BIGINT) AS "item_key", f."item" FROM ({found}) f'
    after = 'SELECT COALESCE(MAX("item_key") + 1, 0) AS "next" FROM items'
    return (
        f'SELECT k."next" + {number} AS "item_key", f."item" FROM ({found}) f CROSS JOIN ({after}) k '
        'WHERE NOT EXISTS (SELECT 1 FROM items i WHERE i."item" = f."item")'
    )


def arrived(mapped: Collection[str], kind_names: Sequence[tuple[str, str]]) -> str:
    """The staged rows as events: silver's columns, those that are not mapped null, and their `date`."""
    given = {
        "entity_key": 'n."entity_key"',
        "kind": _kind(kind_names, 1),
        "kind_name": _kind(kind_names, 0),
        "source": 's."source"',
        "line": 's."line"',
    }
    given |= {name: f's."{name}"' for name in EVENTS if name in mapped and name not in given}
    join = ""
    if "item" in mapped:
        given["item_key"], join = 'i."item_key"', ' LEFT JOIN items i ON i."item" = s."item"'
    columns = ", ".join(
        f'CAST({given.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in EVENTS.items()
    )
    return (
        f'SELECT {columns}, CAST(s."time" AS DATE) AS "date" FROM staged s '
        f'JOIN entities n ON n."entity" = s."entity"{join} WHERE s."rule" = 0'
    )


def staged_columns(mapped: Collection[str]) -> dict[str, str]:
    """The columns of staged rows with their types, as `willbuy.events.staging` writes them with their text."""
    kept = {name: EVENTS.get(name, "STRING") for name in FIELDS if name in mapped and name != "kind"}
    return {
        "source": "INT",
        "bucket": "SMALLINT",
        "rule": "SMALLINT",
        "line": "BIGINT",
        "kind_code": "SMALLINT",
        **kept,
        "raw": "STRING",
        "fault": "STRING",
    }


def raw_rows(sources: Collection[int]) -> str:
    """The staged rows of sources as they came, with the date of the event that they are; null of a refused one."""
    return (
        'SELECT "source", "line", "raw", "fault", CASE WHEN "rule" = 0 THEN CAST("time" AS DATE) END AS "date" '
        f'FROM staged WHERE "source" IN ({", ".join(str(source) for source in sorted(sources))})'
    )


def dropped(mapped: Collection[str], known: bool, days: Sequence[str]) -> str:
    """The arrived rows that are no new events, as `(source, line, event_id, conflict)`: see `willbuy.events.duplicates`.

    `days` are the dates (ISO) at which two files may hold the same event; `known` says that silver holds some, of those
    dates or, where events have an id, with the ids in question.
    """
    there = {*mapped, "kind", "kind_name"} | ({"item_key"} if "item" in mapped else set())
    body = [name for name in BODY if name in there]
    pool = 'SELECT *, TRUE AS "new" FROM arrived'
    if known:
        pool = f'SELECT *, FALSE AS "new" FROM known UNION ALL {pool}'
    if "event_id" not in mapped:
        return _without_id(pool, body, days)
    with_id = _with_id(_some(pool, 'p."event_id" IS NOT NULL', known), body)
    if not days:
        return with_id
    without = _without_id(pool, body, days, 'AND p."event_id" IS NULL')
    return f"{with_id} UNION ALL {without}"


def _some(pool: str, condition: str, known: bool) -> str:
    """Rows of the pool with an id that arrived: of a year's silver these are few."""
    rows = f"SELECT p.* FROM ({pool}) p WHERE {condition}"
    if not known:
        return rows
    ids = 'SELECT 1 FROM arrived a WHERE a."entity_key" = p."entity_key" AND a."event_id" = p."event_id"'
    return f'{rows} AND (p."new" OR EXISTS ({ids}))'


def _with_id(pool: str, body: Sequence[str]) -> str:
    earlier = '(PARTITION BY "entity_key", "event_id" ORDER BY "new", "source", "line")'
    other = " OR ".join(
        f'"{name}" IS DISTINCT FROM FIRST_VALUE("{name}") OVER {earlier}' for name in ("time", *body)
    )
    return (
        'SELECT "source", "line", "event_id", "conflict" FROM ('
        f'SELECT "source", "line", "event_id", "new", {other} AS "conflict", '
        f'ROW_NUMBER() OVER {earlier} AS "place" FROM ({pool})) w WHERE "new" AND "place" > 1'
    )


def _without_id(pool: str, body: Sequence[str], days: Sequence[str], condition: str = "") -> str:
    """Only moments of an entity that two files share can hold a duplicate: the rest is passed over before the sort."""
    fields = ", ".join(f'"{name}"' for name in ("entity_key", "time", *body))
    file = 'CASE WHEN "new" THEN "source" ELSE 0 END'
    dates = ", ".join(f"DATE '{day}'" for day in days)
    rows = f'SELECT p.* FROM ({pool}) p WHERE p."date" IN ({dates}) {condition}'
    shared = f'SELECT "entity_key", "time" FROM ({rows}) GROUP BY "entity_key", "time" HAVING MIN({file}) < MAX({file})'
    among = f'SELECT r.* FROM ({rows}) r JOIN ({shared}) m ON m."entity_key" = r."entity_key" AND m."time" = r."time"'
    counted = f'SELECT *, ROW_NUMBER() OVER (PARTITION BY {fields}, {file} ORDER BY "source", "line") AS "ordinal" FROM ({among})'
    placed = (
        f'SELECT *, ROW_NUMBER() OVER (PARTITION BY {fields}, "ordinal" ORDER BY "new", "source", "line") AS "place" '
        f"FROM ({counted})"
    )
    return f'SELECT "source", "line", "event_id", FALSE AS "conflict" FROM ({placed}) WHERE "new" AND "place" > 1'


def _kind(kind_names: Sequence[tuple[str, str]], which: int) -> str:
    whens = " ".join(f"WHEN {code} THEN {_sql.text(pair[which])}" for code, pair in enumerate(kind_names))
    return f'CASE s."kind_code" {whens} END'
