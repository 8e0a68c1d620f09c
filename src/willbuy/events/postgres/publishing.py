"""Publishing on a PostgreSQL server: one transaction merges, checks that every row is accounted for, and makes it visible."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError
from willbuy.events.account import FileAccount
from willbuy.events.keeping import ToMerge
from willbuy.events.postgres.first_load import load_first, put_in_place, send_conflicts
from willbuy.events.postgres.merging import Declared, Merged, merge
from willbuy.events.postgres.months import months_needed
from willbuy.events.postgres.server import IngestServer
from willbuy.events.typed import kind_names
from willbuy.events.workbench import Workbench
from willbuy.runs import drop_snapshots
from willbuy.warehouse.layout import BUCKETS
from willbuy.warehouse.ledger import LIVE, SourceRow
from willbuy.warehouse.postgres.gold import remove_gold
from willbuy.warehouse.postgres.ledger import PostgresLedger, bronze_of
from willbuy.warehouse.postgres.readers import wait_for_readers

if TYPE_CHECKING:
    import psycopg

WAITING = "waiting for a command that reads the log"
WORK_MEMORY = "256MB"
"""What a sort or a hash of the merge may take on the server before it goes to disk."""


def publish(
    server: IngestServer, ledger: PostgresLedger, bench: Workbench, staged: ToMerge, *, first: bool
) -> list[FileAccount]:
    """Merge what is staged and commit. Returns an account for each source.

    `first` says that nothing was ever published here, and that the typed rows lie on this machine.
    """
    connection, generation, known = server.main, ledger.generation, ledger.sources("done")

    def tell(buckets: int) -> None:
        bench.progress(bench.rows * buckets // BUCKETS, bench.rows, "merging")

    _forget_others(connection, staged)
    loaded = load_first(server, bench, staged, tell) if first else None
    with connection.transaction():
        _prepare(connection, staged.anew)
        if loaded is None:
            live = frozenset(row.source for row in (*known, *staged.sources) if row.format == LIVE)
            declared = Declared(kind_names(bench.source), frozenset(bench.source.columns), live)
            merged = merge(connection, declared, tell)
        else:
            merged, conflicts = loaded
            put_in_place(connection, months_needed(connection))
            send_conflicts(connection, bench, conflicts)
        accounts = _accounts(staged, merged)
        done = {row.source for row in known}
        for row in (row for row in staged.sources if row.source not in done):
            _show_bronze(connection, row)
        _record(connection, bench, staged, accounts, generation + 1)
        _take_over(connection, merged)
        if staged.anew or merged.changed:  # a training that goes on needs no lock that we hold by now
            wait_for_readers(connection, lambda: bench.progress(bench.rows, bench.rows, WAITING))
        if staged.anew:  # snapshots know entities by keys, which are given anew
            remove_gold(connection)
            drop_snapshots(bench.layout.home.parent)
    return accounts


def _forget_others(connection: "psycopg.Connection[Any]", staged: ToMerge) -> None:
    """Forget what was staged of sources that are not merged now, such as those of an ingest that was killed.

    Their bronze stays, and who takes such a source up again stages it from there.
    """
    mine = [row.source for row in staged.sources]
    if connection.execute('DELETE FROM "staged_parts" WHERE "source" <> ALL (%s)', [mine]).rowcount:
        for table in ("staged_rejected", "staged"):
            connection.execute(f'DELETE FROM "{table}" WHERE "source" <> ALL (%s)', [mine])


def _accounts(staged: ToMerge, merged: Merged) -> list[FileAccount]:
    """An account of each source. Raises WillbuyError where a row is not accounted for."""
    accounts = [_account(row, staged, merged) for row in staged.sources]
    for account in accounts:
        account.check()
    expected = sum(account.accepted for account in accounts)
    if expected != merged.inserted:
        raise WillbuyError(
            f"{merged.inserted} events were inserted, {expected} were expected. This is a fault of willbuy; nothing was published. "
            "Please report it."
        )
    return accounts


def _take_over(connection: "psycopg.Connection[Any]", merged: Merged) -> None:
    """Count what live events replaced of earlier sources: rows that were accepted are duplicates or conflicts now."""
    for source in sorted({*merged.replaced, *merged.overruled}):
        counts = {
            "source": source,
            "replaced": merged.replaced.get(source, 0),
            "overruled": merged.overruled.get(source, 0),
        }
        connection.execute(_TAKE_OVER, counts)
        if counts["overruled"]:
            connection.execute(_OVERRULED, counts)


def _prepare(connection: "psycopg.Connection[Any]", anew: bool) -> None:
    """Set the session for a large merge; where silver is made anew, empty it."""
    connection.execute("SET LOCAL synchronous_commit = on")
    connection.execute("SET LOCAL jit = off")
    for name in ("work_mem", "maintenance_work_mem"):
        connection.execute(f"SET LOCAL {name} = '{WORK_MEMORY}'")
    connection.execute("SET LOCAL client_min_messages = warning")
    for table in ("events", "entities", "items", "rejected") if anew else ():
        connection.execute(f'DELETE FROM "{table}"')


def _account(row: SourceRow, staged: ToMerge, merged: Merged) -> FileAccount:
    rules: dict[str, int] = {}
    for part in staged.of(row.source):
        for rule, rows in part.rejected.items():
            rules[rule] = rules.get(rule, 0) + rows
    if conflicts := merged.conflicts.get(row.source, 0):
        rules["event_id_conflict"] = conflicts
    read, rejected = sum(part.read for part in staged.of(row.source)), sum(rules.values())
    duplicates = merged.duplicates.get(row.source, 0)
    return FileAccount(row.path, read, read - rejected - duplicates, rejected, duplicates, rules)


def _show_bronze(connection: "psycopg.Connection[Any]", row: SourceRow) -> None:
    """A file's bronze becomes part of `events_raw` as it lies; live events, which come in many small spans, are copied."""
    own = bronze_of(row.source)
    if row.format == LIVE:
        connection.execute(f'INSERT INTO "events_raw" SELECT * FROM "{own}"')
        connection.execute(f'DROP TABLE "{own}"')
    else:
        connection.execute(f'ALTER TABLE "{own}" INHERIT "events_raw"')


def _record(
    connection: "psycopg.Connection[Any]",
    bench: Workbench,
    staged: ToMerge,
    accounts: list[FileAccount],
    generation: int,
) -> None:
    """The ledger's side: counts by source and rule, the refused rows, and what was staged gone."""
    for row, account in zip(staged.sources, accounts, strict=True):
        connection.execute(
            'UPDATE "sources" SET "status" = \'done\', "settings" = %s, "read" = %s, "accepted" = %s, "rejected" = %s, '
            '"duplicates" = %s WHERE "source" = %s',
            [
                bench.settings,
                account.read,
                account.accepted,
                account.rejected,
                account.duplicates,
                row.source,
            ],
        )
        _record_rules(connection, row.source, account.rejected_by_rule)
    connection.execute(_PARTS)
    connection.execute(_REJECTED)
    connection.execute('TRUNCATE "staged", "staged_rejected", "staged_parts"')
    connection.execute(
        'INSERT INTO "meta" VALUES (\'generation\', %s) ON CONFLICT ("key") DO UPDATE SET "value" = EXCLUDED."value"',
        [str(generation)],
    )


def _record_rules(connection: "psycopg.Connection[Any]", source: int, rules: Mapping[str, int]) -> None:
    connection.execute('DELETE FROM "rejections" WHERE "source" = %s', [source])
    for rule, rows in rules.items():
        connection.execute('INSERT INTO "rejections" VALUES (%s, %s, %s)', [source, rule, rows])


_TAKE_OVER = """
UPDATE "sources" SET "accepted" = "accepted" - %(replaced)s - %(overruled)s, "rejected" = "rejected" + %(overruled)s,
    "duplicates" = "duplicates" + %(replaced)s WHERE "source" = %(source)s"""

_OVERRULED = """
INSERT INTO "rejections" AS r VALUES (%(source)s, 'event_id_conflict', %(overruled)s)
ON CONFLICT ("source", "rule") DO UPDATE SET "rows" = EXCLUDED."rows" + r."rows" """

_PARTS = """
UPDATE "parts" AS p SET "read" = s."read", "rejected" = s."rejected" FROM "staged_parts" AS s
WHERE p."source" = s."source" AND p."part" = s."part" AND (p."read", p."rejected") IS DISTINCT FROM (s."read", s."rejected")"""

_REJECTED = """
INSERT INTO "rejected" ("source", "line", "rule", "field", "value", "raw")
SELECT s."source", s."line", s."rule", s."field", s."value", COALESCE(s."raw", b."raw")
FROM "staged_rejected" AS s
LEFT JOIN "events_raw" AS b ON s."rule" = 'event_id_conflict' AND b."source" = s."source" AND b."line" = s."line"
ORDER BY 1, 2"""
