"""Facts about items as a table item x day: what was known at the close of each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from willbuy.events.canonical import KINDS
from willbuy.features.algebra import ItemFact
from willbuy.features.batch.local_sql import local_day, local_microseconds, utc_hour
from willbuy.features.batch.tables import fact_key
from willbuy.warehouse.dialect import Dialect

NEVER = 10_000_000
"""A day that does not come."""


@dataclass(frozen=True)
class ItemFacts:
    """The table `item_key, from_day, until_day` and a column a fact; with `hourly` facts, days are hours throughout.

    A row holds for anchors whose local day is in `[from_day, until_day)`. An event enters with the first local day that
    begins after it had happened and was received; it leaves once its own day lies further back than the fact looks.
    """

    facts: Sequence[ItemFact]
    dialect: Dialect
    offsets: tuple[tuple[datetime, int], ...]

    def sql(self, condition: str = "", events: str = '"events"') -> str:
        """The query of the table, over the events `e` of a FROM item that satisfy a condition."""
        changes = [self._enter(), *(self._leave(days) for days in sorted({fact.span for fact in self.facts}))]
        until = f'COALESCE(LEAD(c."day") OVER (PARTITION BY c."{self._key}" ORDER BY c."day"), {NEVER})'
        return (
            f'WITH "seen" AS (\n{self._seen(condition, events)}\n)\n'
            f'SELECT c."{self._key}", c."day" AS "from_day", {until} AS "until_day"{"".join(map(self._running, self.facts))}\n'
            "FROM (\n  " + "\n  UNION ALL\n  ".join(changes) + f'\n) c\nGROUP BY c."{self._key}", c."day"'
        )

    def _seen(self, condition: str, events: str) -> str:
        """Events by item, kind, the day they happened and the first day that begins with them known."""
        known = self.dialect.earlier('COALESCE(e."received", e."time")', 1)
        happened = self._day('e."time"')
        read = [kind for kind in KINDS if any(kind in fact.reads for fact in self.facts)]
        kinds = f'e."kind" IN ({", ".join(self.dialect.text(kind) for kind in read)})'
        where = " AND ".join([f'e."{self._key}" IS NOT NULL', kinds, *([condition] if condition else [])])
        return (
            f'  SELECT d."{self._key}", d."kind", d."happened", d."known", COUNT(*) AS "events"\n  FROM (\n'
            f'    SELECT e."{self._key}", e."kind", {happened} AS "happened",\n'
            f'      GREATEST({happened}, {self._day(known)}) + 1 AS "known"\n'
            f"    FROM {events} e\n    WHERE {where}\n  ) d\n"
            f'  GROUP BY d."{self._key}", d."kind", d."happened", d."known"'
        )

    def _enter(self) -> str:
        columns = "".join(
            f', CASE WHEN {self._counts(fact)} THEN s."events" ELSE 0 END AS {self._name(fact)}'
            for fact in self.facts
        )
        return f'SELECT s."{self._key}", s."known" AS "day"{columns} FROM "seen" s'

    def _leave(self, days: int) -> str:
        columns = "".join(
            f', CASE WHEN {self._counts(fact)} THEN -s."events" ELSE 0 END AS {self._name(fact)}'
            if fact.span == days
            else f", 0 AS {self._name(fact)}"
            for fact in self.facts
        )
        return f'SELECT s."{self._key}", s."happened" + {days + 1} AS "day"{columns} FROM "seen" s'

    def _counts(self, fact: ItemFact) -> str:
        """The condition that an event is ever part of a fact: of its kinds, and known before it is too old."""
        kinds = ", ".join(self.dialect.text(kind) for kind in fact.reads)
        return f's."kind" IN ({kinds}) AND s."known" <= s."happened" + {fact.span}'

    def _running(self, fact: ItemFact) -> str:
        total = f'SUM(SUM(c.{self._name(fact)})) OVER (PARTITION BY c."{self._key}" ORDER BY c."day")'
        return f",\n  CAST({total} AS BIGINT) AS {self._name(fact)}"

    @property
    def _key(self) -> str:
        return fact_key(self.facts[0].of)

    def _day(self, moment: str) -> str:
        if self.facts[0].hourly:  # of UTC: local hours come twice when clocks go back
            return utc_hour(moment, self.dialect)
        return local_day(local_microseconds(moment, self.offsets, self.dialect), self.dialect)

    def _name(self, fact: ItemFact) -> str:
        return self.dialect.identifier(fact.name)
