"""The merge inside PostgreSQL: what is staged becomes events, bucket by bucket, in the transaction that makes it visible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from willbuy.events.merge import Outcome
from willbuy.events.postgres import merge_sql as sql
from willbuy.events.postgres.months import Months
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    import psycopg


@dataclass
class Merged:
    """What a merge gave: how many events it inserted, and by source the rows that are no new events."""

    inserted: int = 0
    duplicates: dict[int, int] = field(default_factory=dict)
    conflicts: dict[int, int] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count what a merge on this machine gave as well."""
        self.inserted += sum(outcome.kept.values())
        for counts, more in ((self.duplicates, outcome.duplicates), (self.conflicts, outcome.conflicts)):
            for source, rows in more.items():
                counts[source] = counts.get(source, 0) + rows


def merge(
    connection: "psycopg.Connection[Any]",
    kinds: Sequence[tuple[str, str]],
    fields: frozenset[str],
    tell: Callable[[int], None],
) -> Merged:
    """Merge all that is staged. `fields` are those that the log has, `tell` hears how many buckets are done.

    The connection is in a transaction. Nothing that was there changes but `alone`, of entities that came again.
    """
    merged = Merged()
    months = Months.for_staged(connection)
    if "item" in fields:
        connection.execute(sql.NEW_ITEMS)
    after = _numbers_given(connection)
    for bucket in range(BUCKETS):
        _beside_others(connection, bucket, after.get(bucket, 0), kinds, fields, merged)
        tell(bucket + 1)
    months.finish(connection)
    return merged


def _beside_others(
    connection: "psycopg.Connection[Any]",
    bucket: int,
    after: int,
    kinds: Sequence[tuple[str, str]],
    fields: frozenset[str],
    merged: Merged,
) -> None:
    """A bucket whose rows may be events that are known already, or each other's duplicates."""
    connection.execute(sql.new_entities(bucket, after))
    connection.execute(sql.arrived(bucket, kinds, fields))
    connection.execute("ANALYZE arrived")
    connection.execute(sql.DUPLICATES)
    if "event_id" in fields:
        connection.execute(sql.SAME_IDS)
    fates = connection.execute(sql.FATES).fetchall()
    for source, conflict, rows in fates:
        counts = merged.conflicts if conflict else merged.duplicates
        counts[source] = counts.get(source, 0) + rows
    if fates:
        connection.execute(sql.CONFLICTS)
        connection.execute(sql.LEFT_OVER)
    new = {"new": bucket + BUCKETS * after}
    connection.execute(sql.NOT_ALONE, new)
    merged.inserted += connection.execute(sql.INSERTED, new).rowcount
    connection.execute("DROP TABLE arrived, dropped")


def _numbers_given(connection: "psycopg.Connection[Any]") -> dict[int, int]:
    """By bucket, the number that the next new entity gets: one that was erased leaves a gap."""
    rows = connection.execute(
        f'SELECT "entity_key" % {BUCKETS}, MAX("entity_key") / {BUCKETS} + 1 FROM "entities" GROUP BY 1'
    )
    return {int(bucket): int(number) for bucket, number in rows}
