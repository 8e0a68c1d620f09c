"""The merge inside PostgreSQL: what is staged becomes events, bucket by bucket, in the transaction that makes it visible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from willbuy.events.canonical import FIELDS
from willbuy.events.merge import Outcome
from willbuy.events.postgres import merge_sql as sql
from willbuy.events.postgres.live_merging import Ends, find_said_twice, leave_alone, stand_for_files
from willbuy.events.postgres.months import Months
from willbuy.warehouse.layout import BUCKETS

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Declared:
    """What a merge has to know of the log: its kinds by their numbers, the fields that files have, the sources that came live."""

    kinds: Sequence[tuple[str, str]]
    mapped: frozenset[str]
    live: frozenset[int] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        """The fields that silver has: those of files, and all where there are live events."""
        return frozenset(FIELDS) if self.live else self.mapped

    @property
    def told(self) -> frozenset[str]:
        """The columns of silver that files fill."""
        return self.mapped | {"kind"} | ({"item_key"} if "item" in self.mapped else set())


@dataclass
class Merged:
    """What a merge gave: how many events it inserted, and by source the rows that are no new events.

    `replaced` and `overruled` count rows that were events until now and that a live one stands for: as a duplicate, a conflict;
    `changed` says that events which readers have seen are others now.
    """

    inserted: int = 0
    duplicates: dict[int, int] = field(default_factory=dict)
    conflicts: dict[int, int] = field(default_factory=dict)
    replaced: dict[int, int] = field(default_factory=dict)
    overruled: dict[int, int] = field(default_factory=dict)
    changed: bool = False

    def count(self, source: int, new: bool, conflict: bool, rows: int) -> None:
        """Count rows of a source that are no events, or none any more."""
        counts = {
            (True, False): self.duplicates,
            (True, True): self.conflicts,
            (False, False): self.replaced,
            (False, True): self.overruled,
        }[new, conflict]
        counts[source] = counts.get(source, 0) + rows

    def add(self, outcome: Outcome) -> None:
        """Count what a merge on this machine gave as well."""
        self.inserted += sum(outcome.kept.values())
        for counts, more in ((self.duplicates, outcome.duplicates), (self.conflicts, outcome.conflicts)):
            for source, rows in more.items():
                counts[source] = counts.get(source, 0) + rows


def merge(
    connection: "psycopg.Connection[Any]",
    declared: Declared,
    tell: Callable[[int], None],
) -> Merged:
    """Merge all that is staged. `tell` hears how many buckets are done.

    The connection is in a transaction. Without live events nothing that was there changes but `alone`, of entities that came again.
    """
    merged, ends = Merged(), Ends(connection)
    months = Months.for_staged(connection)
    if "item" in declared.fields:
        connection.execute(sql.NEW_ITEMS)
    after = _numbers_given(connection)
    for bucket in range(BUCKETS):
        _merge_bucket(connection, bucket, after.get(bucket, 0), declared, ends, merged)
        tell(bucket + 1)
    months.finish(connection)
    return merged


def _merge_bucket(
    connection: "psycopg.Connection[Any]",
    bucket: int,
    after: int,
    declared: Declared,
    ends: Ends,
    merged: Merged,
) -> None:
    """A bucket, whose rows may be events that are known already, or each other's duplicates."""
    connection.execute(sql.new_entities(bucket, after))
    connection.execute(sql.arrived(bucket, declared.kinds, declared.fields))
    connection.execute("ANALYZE arrived")
    if declared.live:
        find_said_twice(connection, declared.told, declared.live, ends)
    else:
        connection.execute(sql.DUPLICATES)
        if "event_id" in declared.fields:
            connection.execute(sql.SAME_IDS)
    fates = connection.execute(sql.FATES).fetchall()
    for fate in fates:
        merged.count(*fate)
    if fates:
        connection.execute(sql.CONFLICTS)
        connection.execute(sql.LEFT_OVER)
    if declared.live:
        merged.changed |= stand_for_files(connection, ends)
    new = {"new": bucket + BUCKETS * after}
    connection.execute(sql.NOT_ALONE, new)
    merged.inserted += connection.execute(sql.INSERTED, new).rowcount
    if declared.live:
        leave_alone(connection)
    connection.execute("DROP TABLE arrived, dropped")


def _numbers_given(connection: "psycopg.Connection[Any]") -> dict[int, int]:
    """By bucket, the number that the next new entity gets: one that was erased leaves a gap."""
    rows = connection.execute(
        f'SELECT "entity_key" % {BUCKETS}, MAX("entity_key") / {BUCKETS} + 1 FROM "entities" GROUP BY 1'
    )
    return {int(bucket): int(number) for bucket, number in rows}
