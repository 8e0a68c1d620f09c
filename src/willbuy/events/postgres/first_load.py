"""The first merge of a schema: nothing is there to merge with, so the rows are brought as they will lie.

What is staged stays on this machine, is merged here by the code of the engine `duckdb`, bucket by bucket and several at once,
and goes by COPY into tables that nobody sees yet: a table a month, `coming_entities`, `coming_items`. Putting them in place
takes no time, and is part of the transaction that publishes. What a process that died has left of them is dropped by the next.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.events.keeping import ToMerge
from willbuy.events.merge import Merge, Outcome
from willbuy.events.merge_rows import parquet
from willbuy.events.merging import merge_bucket, merge_items
from willbuy.events.parquet import PASSING
from willbuy.events.postgres.delivering import copy_query
from willbuy.events.postgres.merging import Merged
from willbuy.events.postgres.months import bounds_of, months_needed, name_of, within
from willbuy.events.postgres.replacing import replace_table
from willbuy.events.postgres.sending import send_events, send_table
from willbuy.events.postgres.server import IngestServer
from willbuy.events.publishing import ends_of
from willbuy.events.reading import staged_file
from willbuy.events.typed import kind_names
from willbuy.events.workbench import Workbench
from willbuy.warehouse.layout import BUCKETS
from willbuy.warehouse.ledger import LIVE

if TYPE_CHECKING:
    import psycopg

WORK_MEMORY = "128MB"
"""What making an index may take before it goes to disk."""

ORDER = "12 * year(time) + month(time), entity_key"
"""By month, since each is a table; then as the months' index has them."""

_IDS = {"entities": ("entity_key", "entity"), "items": ("item_key", "item")}


def drop_coming(connection: "psycopg.Connection[Any]") -> None:
    """Drop what was made for a first load that was not published."""
    months = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
        r"AND NOT relispartition AND relname ~ '^events_\d{4}_\d\d$'"
    ).fetchall()
    for (name,) in [*months, *((f"coming_{table}",) for table in _IDS)]:
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')


def load_first(
    server: IngestServer, bench: Workbench, staged: ToMerge, tell: Callable[[int], None]
) -> tuple[Merged, list[Path]]:
    """Merge all of the parts, whose typed rows lie here, into tables that nobody sees.

    Returns what became of the rows, and the files of those that had the event id of another event.
    """
    months = months_needed(server.main)
    with server.main.transaction():
        drop_coming(server.main)
        for month in months:
            name = name_of(month)
            server.main.execute(
                f'CREATE TABLE "{name}" (LIKE "events" INCLUDING ALL, CONSTRAINT "{name}_month" {within(month)})'
            )
        for table in _IDS:
            server.main.execute(f'CREATE TABLE "coming_{table}" (LIKE "{table}")')
    merge = _merge_of(bench, staged)
    for file in merge_items(merge, bench.connection).files:
        send_table(server.main, bench.connection, bench.layout.home / file.file, "items", "coming_items")
    merged, conflicts = Merged(), list[Path]()
    jobs = ((bucket, partial(_bucket, server, bench, merge, bucket)) for bucket in range(BUCKETS))
    for done, (_, outcome) in enumerate(bench.in_parallel(jobs), 1):
        merged.add(outcome)
        conflicts += [
            bench.layout.home / file.file for file in outcome.files if file.name not in ("events", "entities")
        ]
        tell(done)
    for _ in bench.in_parallel((name, partial(_run, server, statement)) for name, statement in _keys(months)):
        pass
    return merged, conflicts


def put_in_place(connection: "psycopg.Connection[Any]", months: Sequence[date]) -> None:
    """Make the loaded tables those that readers see, in the transaction that publishes."""
    for month in months:
        name = name_of(month)
        connection.execute(f'ALTER TABLE "events" ATTACH PARTITION "{name}" {bounds_of(month)}')
        connection.execute(f'ALTER TABLE "{name}" DROP CONSTRAINT "{name}_month"')
    for table in _IDS:
        if replace_table(connection, table, f"coming_{table}"):
            for kind, end in (("PRIMARY KEY", "key"), ("UNIQUE", "id")):
                connection.execute(
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{end}" {kind} USING INDEX "coming_{table}_{end}"'
                )


def send_conflicts(connection: "psycopg.Connection[Any]", bench: Workbench, files: Sequence[Path]) -> None:
    """Bring the rows that had the event id of another event to the other refused ones."""
    if files:
        rows = f"SELECT source, line, 'event_id_conflict', 'event_id', value FROM {parquet(files)}"
        copy_query(bench, connection, "staged_rejected", ("source", "line", "rule", "field", "value"), rows)


def _merge_of(bench: Workbench, staged: ToMerge) -> Merge:
    """Live events carry their kind as text, those of files its number: a log of files alone is sent by the numbers."""
    live = frozenset(row.source for row in staged.sources if row.format == LIVE)
    by_door = [staged_file(bench, part) for part in staged.parts if part.source in live]
    by_file = [staged_file(bench, part) for part in staged.parts if part.source not in live]
    named = [file.relative_to(bench.layout.home).as_posix() for file in by_file]
    return Merge(
        layout=bench.layout,
        generation=1,
        old={},
        staged=by_file,
        staged_live=by_door,
        ends=ends_of(bench, named, {}) if live else {},
        live=live,
        sources=[row.source for row in staged.sources],
        mapped=frozenset(bench.source.columns),
        kind_names=kind_names(bench.source),
        order=ORDER,
        options=PASSING,
        coded=not live,
    )


def _bucket(server: IngestServer, bench: Workbench, merge: Merge, bucket: int) -> Outcome:
    """Merge a bucket here, and bring its entities and events to the server."""
    outcome = merge_bucket(merge, bench.connection, bucket)
    connection = server.connection
    with connection.transaction():
        for file in outcome.files:
            path = bench.layout.home / file.file
            if file.name == "entities":
                send_table(connection, bench.connection, path, "entities", "coming_entities")
                path.unlink()
            elif file.name == "events":
                send_events(connection, bench.connection, path, merge.kind_names if merge.coded else [])
                path.unlink()
    return outcome


def _keys(months: Sequence[date]) -> Iterator[tuple[str, str]]:
    """What is made after the rows: the months' indexes, and the keys of the ids."""
    for table, (key, _) in _IDS.items():
        yield f"{table} key", f'CREATE UNIQUE INDEX "coming_{table}_key" ON "coming_{table}" ("{key}")'
    for month in months:
        table = name_of(month)
        yield table, f'CREATE INDEX "{table}_entity" ON "{table}" ("entity_key", "time")'
    for table, (_, name) in _IDS.items():
        yield f"{table} id", f'CREATE UNIQUE INDEX "coming_{table}_id" ON "coming_{table}" ("{name}")'
    for table in (*(f"coming_{name}" for name in _IDS), *map(name_of, months)):
        yield f"{table} statistics", f'ANALYZE "{table}"'


def _run(server: IngestServer, statement: str) -> None:
    connection = server.connection
    with connection.transaction():
        connection.execute(f"SET LOCAL maintenance_work_mem = '{WORK_MEMORY}'")
        connection.execute("SET LOCAL max_parallel_maintenance_workers = 0")  # our sessions are the workers
        connection.execute(statement.encode())
