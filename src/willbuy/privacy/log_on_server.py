"""Taking rows out of a log on a PostgreSQL server: bronze, silver, gold and the ledger in one transaction.

What a line says is read here, by the same rules as a log in files is searched by; which lines those are goes to the server, and
all that follows from it is done there. The role needs no right that an ingest does not need.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from willbuy.events import presets
from willbuy.events.live_source import plan_of
from willbuy.events.postgres.delivering import bronze_table
from willbuy.events.postgres.dropping import drop_unfinished
from willbuy.events.postgres.server import PATIENCE, IngestServer, server_of
from willbuy.events.typed import RowPlan
from willbuy.privacy import gone_sql as sql
from willbuy.privacy.bronze import nothing_left
from willbuy.privacy.engines import Engines
from willbuy.privacy.lines_on_server import lines_before_at, lines_of
from willbuy.privacy.plan import Plan
from willbuy.shop import Shop
from willbuy.warehouse.ledger import SourceRow
from willbuy.warehouse.postgres.connecting import address_of, connect
from willbuy.warehouse.postgres.explaining import explain_server
from willbuy.warehouse.postgres.gold import hold_gold, remove_gold
from willbuy.warehouse.postgres.ledger import PostgresLedger
from willbuy.warehouse.postgres.migrating import version_of
from willbuy.warehouse.postgres.readers import wait_for_readers
from willbuy.warehouse.postgres.schema import schema_of
from willbuy.warehouse.postgres.working import Working

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[Any]
    Lines = Callable[[Connection, SourceRow, RowPlan], Iterator[Sequence[int]]]


def erase_on_server(shop: Shop, plan: Plan, engines: Engines, patience: float) -> tuple[Plan, int, int]:
    """Erase an entity; returns the plan with its keys, the lines and the events that are gone.

    What no finished ingest has made visible is removed whole. An ingest that is at work is waited for, `patience` seconds; readers
    are not. Raises ServerError where the server cannot be asked: nothing is erased from there then.
    """
    entity = plan.entity
    if "\0" in entity or not _has_tables(shop):  # no text of the server's holds a NUL
        return plan, 0, 0

    def theirs(connection: "Connection", row: SourceRow, rows: RowPlan) -> Iterator[Sequence[int]]:
        return lines_of(connection, engines(), row, rows, entity)

    with _held(shop, patience) as server:
        connection = server.main
        found = connection.execute(sql.KEY, [entity]).fetchall()
        plan = replace(plan, keys=tuple(sorted({*plan.keys, *(key for (key,) in found)})))
        plan.write(shop.home)
        with connection.transaction():
            touched = _take_out(connection, shop, "erased", theirs)
            connection.execute(sql.ERASE_EVENTS, [entity])
            events = _settle(connection)
            hold_gold(connection)
            remove_gold(connection, [key for (key,) in found])
            connection.execute(sql.ERASE_ENTITY, [entity])
        _vacuum(connection, touched)
    return plan, sum(touched.values()), events


def expire_on_server(shop: Shop, limit: datetime, engines: Engines) -> tuple[int, int]:
    """Take out what happened before a moment (naive UTC); returns the lines of bronze and the events of silver that are gone.

    Commands that read the log are waited for, at the end. Raises ServerError where the server cannot be asked.
    """

    def old(connection: "Connection", row: SourceRow, rows: RowPlan) -> Iterator[Sequence[int]]:
        return lines_before_at(connection, engines(), row, rows, limit)

    with _held(shop, PATIENCE) as server:
        connection = server.main
        with connection.transaction():
            touched = _take_out(connection, shop, "expired", old)
            connection.execute(sql.EXPIRE_EVENTS, [limit])
            events = _settle(connection)
            if events:
                wait_for_readers(connection)
            hold_gold(connection)
            remove_gold(connection, [key for (key,) in connection.execute(sql.EXPIRE_ENTITIES)])
        _vacuum(connection, touched)
    return sum(touched.values()), events


def _has_tables(shop: Shop) -> bool:
    """Whether anything was ever ingested there; nothing is made to find out."""
    with explain_server(address_of(shop.storage)), connect(shop.storage) as connection:
        return version_of(connection, schema_of(shop)) is not None


@contextmanager
def _held(shop: Shop, patience: float) -> Iterator[IngestServer]:
    """The server, held against every ingest, without what unfinished ingests and killed commands have left there."""
    with explain_server(address_of(shop.storage)), server_of(shop, patience) as server:
        drop_unfinished(server, shop)
        Working(server.main)  # working tables that were left hold rows of anybody
        yield server


def _take_out(connection: "Connection", shop: Shop, fault: str, lines: "Lines") -> dict[str, int]:
    """Take the text out of lines of every source, and name them in the table `gone`; how many, by the tables they lie in."""
    source = presets.resolve(shop.source)
    connection.execute(sql.GONE)
    touched: dict[str, int] = {}
    for row in PostgresLedger(connection).kept_sources():
        plan, table = plan_of(source, row), bronze_table(connection, row.source)
        connection.execute(sql.FOUND)
        for some in lines(connection, row, plan):
            with connection.cursor() as cursor, cursor.copy("COPY found FROM STDIN") as copy:
                for line in some:
                    copy.write_row((line,))
        connection.execute("ANALYZE found")
        values = {"source": row.source, "raw": nothing_left(plan.shape), "fault": fault}
        rows = connection.execute(sql.take_out(table), values).rowcount
        if rows:
            touched[table] = touched.get(table, 0) + rows
            connection.execute(sql.ADD_GONE, values)
        connection.execute("DROP TABLE found")
    connection.execute("ANALYZE gone")
    return touched


def _settle(connection: "Connection") -> int:
    """Make refused rows, their counts and the sources' accounts agree with what is there; returns how many events went."""
    for statement in sql.SETTLE:
        connection.execute(statement)
    [(events,)] = connection.execute(sql.EVENTS_GONE).fetchall()
    return int(events)


def _vacuum(connection: "Connection", touched: dict[str, int]) -> None:
    """Let the server use the place of what was taken out anew: in a large table it would not come to that by itself for long."""
    if not touched:
        return
    there = connection.execute("SELECT relname FROM pg_class WHERE oid = to_regclass('snapshots')").fetchall()
    for table in (*touched, "events", "entities", "rejected", *(name for (name,) in there)):
        connection.execute(f'VACUUM "{table}"'.encode())
