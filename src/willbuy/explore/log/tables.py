"""The tables of one group of entities that every question of a page reads: events, sessions, days, visitors."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from willbuy.durations import HOUR
from willbuy.features.batch.columns import PreparedColumns, kind_code, kind_in
from willbuy.features.batch.local_sql import local_hour, local_microseconds
from willbuy.features.batch.prepare import Preparation
from willbuy.features.log import LogSummary
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.dialect import Dialect

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

BROWSING = ("view", "cart", "remove", "favourite")
"""What a visitor does by a click each: an order may have many lines, and nobody knows what `other` is."""


@dataclass(frozen=True)
class Question:
    """What all groups share: the log, the session rule, the offsets of local time, and which kind is the goal."""

    log: LogSummary
    rule: SessionRule
    offsets: tuple[tuple[datetime, int], ...]
    goal: str
    dialect: Dialect


@dataclass(frozen=True)
class LogTables:
    """The names of one group's tables, and the pieces of SQL that read them.

    - `events`: entity_key, time, kind (its code), day (local, from 1970-01-01), hour (local, 0 to 23), and what names
      its session, see `unit`;
    - `sessions`: a row a session: `unit`, events, goals, opened, closed, nth (of its entity, from 1), before (when the
      one before closed);
    - `days`: a row an entity and local day: events, goals, nth, first_day;
    - `visitors`: a row an entity: events, goals, browsing (events of the kinds BROWSING), first, last, first_goal.
    """

    number: int
    question: Question

    @property
    def events(self) -> str:
        """The table of events."""
        return f"explore_events_{self.number}"

    @property
    def sessions(self) -> str:
        """The table of sessions."""
        return f"explore_sessions_{self.number}"

    @property
    def days(self) -> str:
        """The table of entities by day."""
        return f"explore_days_{self.number}"

    @property
    def visitors(self) -> str:
        """The table of entities."""
        return f"explore_visitors_{self.number}"

    @property
    def unit(self) -> str:
        """The columns that name a session."""
        return "entity_key, session_start, own" if self.question.rule.own_ids else "entity_key, session_start"

    def microseconds(self, moment: str) -> str:
        """Whole microseconds of a timestamp expression."""
        return self.question.dialect.microseconds(moment)

    def hours_between(self, earlier: str, later: str) -> str:
        """Whole hours from one timestamp expression to a later one; 0 where it is not later."""
        span = f"GREATEST({self.microseconds(later)} - {self.microseconds(earlier)}, 0)"
        return self.question.dialect.whole(span, HOUR)

    def make(self, warehouse: "Warehouse", source: str) -> None:
        """Make the four tables from a FROM item with the group's events."""
        warehouse.make(self.events, self._events(source))
        warehouse.make(self.sessions, self._sessions())
        warehouse.make(self.days, self._days())
        warehouse.make(self.visitors, self._visitors())

    def drop(self, warehouse: "Warehouse") -> None:
        """Drop them."""
        warehouse.drop(self.events, self.sessions, self.days, self.visitors)

    def _events(self, source: str) -> str:
        question = self.question
        kept = {"kind", "session"} if question.rule.own_ids else {"kind"}
        columns = PreparedColumns(kept=kept, day=True, session_start=True)
        prepared = Preparation(columns, question.dialect, question.rule, question.offsets).sql(source)
        hour = local_hour(
            local_microseconds('p."time"', question.offsets, question.dialect), question.dialect
        )
        own = ", COALESCE(p.\"session\", '') AS own" if question.rule.own_ids else ""
        return (
            f'SELECT p."entity_key", p."time", p."kind", p."day", {hour} AS hour, p."session_start"{own}\n'
            f"FROM (\n{prepared}\n) p"
        )

    @property
    def goals(self) -> str:
        """How many events of the goal's kind there are among a group of rows of `events`."""
        return f"COUNT(*) FILTER (WHERE kind = {kind_code(self.question.goal)})"

    def _sessions(self) -> str:
        order = f"(PARTITION BY entity_key ORDER BY opened, {self.unit.partition(', ')[2]})"
        return (
            f"SELECT *, ROW_NUMBER() OVER {order} AS nth, LAG(closed) OVER {order} AS before FROM (\n"
            f"  SELECT {self.unit}, COUNT(*) AS events, {self.goals} AS goals, "
            f'MIN("time") AS opened, MAX("time") AS closed\n  FROM "{self.events}" GROUP BY {self.unit}\n) s'
        )

    def _days(self) -> str:
        order = "(PARTITION BY entity_key ORDER BY day)"
        return (
            f"SELECT *, ROW_NUMBER() OVER {order} AS nth, MIN(day) OVER (PARTITION BY entity_key) AS first_day FROM (\n"
            f'  SELECT entity_key, day, COUNT(*) AS events, {self.goals} AS goals FROM "{self.events}" GROUP BY entity_key, day\n) d'
        )

    def _visitors(self) -> str:
        return (
            f"SELECT entity_key, COUNT(*) AS events, {self.goals} AS goals, "
            f"COUNT(*) FILTER (WHERE {kind_in(BROWSING)}) AS browsing, "
            f'MIN("time") AS first, MAX("time") AS last, '
            f'MIN("time") FILTER (WHERE kind = {kind_code(self.question.goal)}) AS first_goal\n'
            f'FROM "{self.events}" GROUP BY entity_key'
        )
