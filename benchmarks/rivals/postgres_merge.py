"""The merge as SQL, made as quick as we could: staged rows become events in one pass a bucket of entities, by several sessions at once.

Nothing is there to merge with and no row can be a duplicate, so entities are numbered by a window over the sorted ids, tables
are filled before they have an index, and each session takes bucket by bucket.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from willbuy.events.postgres.merge_sql import columns_of, items_joined, names_of, values_of
from willbuy.events.postgres.months import bounds_of, months_needed, name_of
from willbuy.events.postgres.server import IngestServer
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    import psycopg

Jobs = Iterable[tuple[Any, Callable[[], Any]]]
InParallel = Callable[[Jobs], Iterator[tuple[Any, Any]]]
WORK_MEMORY = "128MB"
_IDS = {"entities": ("entity_key", "entity"), "items": ("item_key", "item")}

FIRST_ITEMS = """
INSERT INTO "coming_items" ("item_key", "item")
SELECT ROW_NUMBER() OVER (ORDER BY "item") - 1, "item" FROM (SELECT DISTINCT "item" FROM "staged" WHERE "item" IS NOT NULL) AS f"""


def merge_staged(
    server: IngestServer,
    in_parallel: InParallel,
    kinds: Sequence[tuple[str, str]],
    fields: frozenset[str],
) -> None:
    """Merge all that is staged, of one source and without event ids, and put it in place."""
    connection = server.main
    months = months_needed(connection)
    with connection.transaction():
        _make(connection, months)
    if "item" in fields:
        connection.execute(FIRST_ITEMS)
        connection.execute('ANALYZE "coming_items"')
    statements = [first_rows(bucket, kinds, fields) for bucket in range(BUCKETS)]
    for step in (statements, list(_keys(months))):
        for _ in in_parallel((number, partial(_run, server, one)) for number, one in enumerate(step)):
            pass
    with connection.transaction():
        _put_in_place(connection, months)


def first_rows(bucket: int, kinds: Sequence[tuple[str, str]], fields: frozenset[str]) -> str:
    """Number a bucket's entities and insert its events in one pass."""
    kept = [
        name for name in ("item", "category", "price", "quantity", "session", "received") if name in fields
    ]
    columns = ", ".join(f'"{name}"' for name in ("entity", "time", "kind_code", "source", "line", *kept))
    return f"""
WITH keyed AS MATERIALIZED (
    SELECT {bucket} + CAST({BUCKETS} AS bigint) * (DENSE_RANK() OVER ids - 1) AS "entity_key",
        LAG("entity") OVER ids IS DISTINCT FROM "entity" AS "first", LEAD("entity") OVER ids IS DISTINCT FROM "entity" AS "last",
        {columns}
    FROM "staged" WHERE "bucket" = {bucket} WINDOW ids AS (ORDER BY "entity")),
named AS (INSERT INTO "coming_entities" ("entity_key", "entity") SELECT "entity_key", "entity" FROM keyed WHERE "first")
INSERT INTO "coming" ({names_of(columns_of(fields))})
SELECT {", ".join(values_of(kinds, fields, '"first" AND "last"'))} FROM keyed AS s {items_joined(fields, "coming_items")}"""


def _make(connection: "psycopg.Connection[Any]", months: Sequence[date]) -> None:
    connection.execute('CREATE TABLE "coming" (LIKE "events" INCLUDING ALL) PARTITION BY RANGE ("time")')
    for month in months:
        connection.execute(f'CREATE TABLE "{name_of(month)}" PARTITION OF "coming" {bounds_of(month)}')
    for table in _IDS:
        connection.execute(f'CREATE TABLE "coming_{table}" (LIKE "{table}")')


def _keys(months: Sequence[date]) -> Iterator[str]:
    """What is made after the rows: the months' indexes, and the keys of the ids."""
    for table, (key, _) in _IDS.items():
        yield f'ALTER TABLE "coming_{table}" ADD CONSTRAINT "coming_{table}_key" PRIMARY KEY ("{key}")'
    for month in months:
        table = name_of(month)
        yield f'CREATE INDEX "{table}_entity" ON "{table}" ("entity_key", "time")'
    for table, (_, name) in _IDS.items():
        yield f'ALTER TABLE "coming_{table}" ADD CONSTRAINT "coming_{table}_id" UNIQUE ("{name}")'
    for table in ("coming_entities", *map(name_of, months)):
        yield f'ANALYZE "{table}"'


def _put_in_place(connection: "psycopg.Connection[Any]", months: Sequence[date]) -> None:
    for month in months:
        connection.execute(f'ALTER TABLE "coming" DETACH PARTITION "{name_of(month)}"')
        connection.execute(f'ALTER TABLE "events" ATTACH PARTITION "{name_of(month)}" {bounds_of(month)}')
    connection.execute('DROP TABLE "coming"')
    for table in _IDS:
        connection.execute(f'DROP TABLE "{table}"')
        connection.execute(f'ALTER TABLE "coming_{table}" RENAME TO "{table}"')


def _run(server: IngestServer, statement: str) -> None:
    connection = server.connection
    with connection.transaction():
        for name in ("work_mem", "maintenance_work_mem"):
            connection.execute(f"SET LOCAL {name} = '{WORK_MEMORY}'")
        connection.execute("SET LOCAL jit = off")
        connection.execute(statement.encode())
