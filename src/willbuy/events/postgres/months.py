"""The months of `events`: partitions made as they are needed, an index each, made after the rows where the month is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Months:
    """The months that a merge has made; nobody but it sees them before it is committed."""

    new: Sequence[date]

    @classmethod
    def for_staged(cls, connection: "psycopg.Connection[Any]") -> "Months":
        """Make the partitions that staged rows need. Readers are not kept waiting: a table is made first, then attached."""
        rows = connection.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = to_regclass('events')"
        )
        there = {name for (name,) in rows}
        new = [month for month in months_needed(connection) if name_of(month) not in there]
        for month in new:
            name = name_of(month)
            connection.execute(f'CREATE TABLE "{name}" (LIKE "events" INCLUDING ALL)')
            connection.execute(f'ALTER TABLE "events" ATTACH PARTITION "{name}" {bounds_of(month)}')
        return cls(new)

    def finish(self, connection: "psycopg.Connection[Any]") -> None:
        """Give the new months their index."""
        for month in self.new:
            name = name_of(month)
            connection.execute(f'CREATE INDEX "{name}_entity" ON "{name}" ("entity_key", "time")')
            connection.execute(f'ANALYZE "{name}"')


def name_of(month: date) -> str:
    """The partition of a month.

    >>> name_of(date(2015, 9, 1))
    'events_2015_09'
    """
    return f"events_{month:%Y_%m}"


def bounds_of(month: date) -> str:
    """The times that its partition takes.

    >>> bounds_of(date(2015, 12, 1))
    "FOR VALUES FROM ('2015-12-01') TO ('2016-01-01')"
    """
    return f"FOR VALUES FROM ('{month}') TO ('{_after(month)}')"


def within(month: date) -> str:
    """The same as a constraint: a table that has it is attached without a look at its rows.

    >>> print(within(date(2015, 12, 1)))
    CHECK ("time" >= '2015-12-01' AND "time" < '2016-01-01')
    """
    return f"""CHECK ("time" >= '{month}' AND "time" < '{_after(month)}')"""


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_needed(connection: "psycopg.Connection[Any]") -> list[date]:
    """The months that staged rows are of, in order."""
    rows = connection.execute(
        'SELECT DISTINCT month FROM "staged_parts", UNNEST("months") AS month ORDER BY 1'
    )
    return [month for (month,) in rows]
