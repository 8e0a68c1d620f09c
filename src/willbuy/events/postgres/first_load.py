"""The first merge of a schema: by several sessions at once, into tables that nobody sees yet.

A transaction is one session's, and one session uses one processor. So the first load, which is the largest, is made beside the
tables that readers see: `coming` with its months, `coming_entities`, `coming_items`. Putting them in place takes no time, and is
part of the transaction that publishes. What a process that died has left of them is dropped by the next.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from willbuy.events.postgres import merge_sql as sql
from willbuy.events.postgres.months import bounds_of, months_needed, name_of
from willbuy.events.postgres.server import IngestServer
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    import psycopg

Jobs = Iterable[tuple[Any, Callable[[], Any]]]
InParallel = Callable[[Jobs], Iterator[tuple[Any, Any]]]
WORK_MEMORY = "128MB"
_IDS = {"entities": ("entity_key", "entity"), "items": ("item_key", "item")}


def drop_coming(connection: "psycopg.Connection[Any]") -> None:
    """Drop what was made for a first load that was not published."""
    connection.execute('DROP TABLE IF EXISTS "coming", "coming_entities", "coming_items" CASCADE')


def load_first(
    server: IngestServer,
    in_parallel: InParallel,
    kinds: Sequence[tuple[str, str]],
    fields: frozenset[str],
    tell: Callable[[int], None],
) -> int:
    """Merge all that is staged, of one source and without event ids: no row can be a duplicate. Returns how many events there are."""
    connection = server.main
    months = months_needed(connection)
    with connection.transaction():
        drop_coming(connection)
        _make(connection, months)
    if "item" in fields:
        connection.execute(sql.FIRST_ITEMS)
        connection.execute('ANALYZE "coming_items"')
    inserted = 0
    jobs = (
        (bucket, partial(_bucket, server, sql.first_rows(bucket, kinds, fields))) for bucket in range(BUCKETS)
    )
    for done, (_, rows) in enumerate(in_parallel(jobs), 1):
        inserted += rows
        tell(done)
    for _ in in_parallel((name, partial(_run, server, statement)) for name, statement in _keys(months)):
        pass
    return inserted


def put_in_place(connection: "psycopg.Connection[Any]", months: Sequence[date]) -> None:
    """Make the loaded tables those that readers see, in the transaction that publishes."""
    for month in months:
        connection.execute(f'ALTER TABLE "coming" DETACH PARTITION "{name_of(month)}"')
        connection.execute(f'ALTER TABLE "events" ATTACH PARTITION "{name_of(month)}" {bounds_of(month)}')
    connection.execute('DROP TABLE "coming"')
    for table in _IDS:
        connection.execute(f'DROP TABLE "{table}"')
        connection.execute(f'ALTER TABLE "coming_{table}" RENAME TO "{table}"')
        for end in ("key", "id"):
            connection.execute(
                f'ALTER TABLE "{table}" RENAME CONSTRAINT "coming_{table}_{end}" TO "{table}_{end}"'
            )


def _make(connection: "psycopg.Connection[Any]", months: Sequence[date]) -> None:
    connection.execute('CREATE TABLE "coming" (LIKE "events" INCLUDING ALL) PARTITION BY RANGE ("time")')
    for month in months:
        connection.execute(f'CREATE TABLE "{name_of(month)}" PARTITION OF "coming" {bounds_of(month)}')
    for table in _IDS:
        connection.execute(f'CREATE TABLE "coming_{table}" (LIKE "{table}")')


def _keys(months: Sequence[date]) -> Iterator[tuple[str, str]]:
    """What is made after the rows: the months' indexes, and the keys of the ids."""
    for table, (key, _) in _IDS.items():
        yield (
            f"{table} key",
            f'ALTER TABLE "coming_{table}" ADD CONSTRAINT "coming_{table}_key" PRIMARY KEY ("{key}")',
        )
    for month in months:
        table = name_of(month)
        yield table, f'CREATE INDEX "{table}_entity" ON "{table}" ("entity_key", "time")'
    for table, (_, name) in _IDS.items():
        yield (
            f"{table} id",
            f'ALTER TABLE "coming_{table}" ADD CONSTRAINT "coming_{table}_id" UNIQUE ("{name}")',
        )
    for table in ("coming_entities", *map(name_of, months)):
        yield f"{table} statistics", f'ANALYZE "{table}"'


def _bucket(server: IngestServer, statement: str) -> int:
    connection = server.connection
    with connection.transaction():
        connection.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        connection.execute("SET LOCAL jit = off")
        return connection.execute(statement.encode()).rowcount


def _run(server: IngestServer, statement: str) -> None:
    connection = server.connection
    with connection.transaction():
        connection.execute(f"SET LOCAL maintenance_work_mem = '{WORK_MEMORY}'")
        connection.execute(statement.encode())
