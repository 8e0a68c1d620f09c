"""One pass over the events that adds the columns a feature set needs.

`events` -> "base" (kind code, local day, the event before) -> "placed" (session start) -> next events.
"""

from dataclasses import dataclass
from datetime import datetime

from willbuy.events.canonical import KINDS
from willbuy.features.batch.columns import NEVER, NextEvent, PreparedColumns, kind_code
from willbuy.features.batch.local_sql import local_day, local_microseconds, utc_hour
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.dialect import Dialect

TIES = {
    "kind": ("kind",),
    "price": ("price",),
    "quantity": ("quantity",),
    "money": ("price", "quantity"),
    "item": ("item",),
    "category": ("category",),
    "session": ("session",),
}
"""What may settle events of one moment, and the columns it is made of. Items by their text: keys follow arrival."""

_COLUMNS = ("kind", "category", "price", "quantity", "session", "received", "item", "item_key")


def current_event(sessions: SessionRule) -> NextEvent:
    """The next event of all: of an entity's events before an anchor, the newest is followed by none before it."""
    return NextEvent("next_event", (), ties=("kind", "session") if sessions.own_ids else ())


@dataclass(frozen=True)
class Preparation:
    """How events are prepared: which columns, in which dialect, by which session rule and offsets of local time."""

    columns: PreparedColumns
    dialect: Dialect
    sessions: SessionRule
    offsets: tuple[tuple[datetime, int], ...]

    @property
    def width(self) -> int:
        """How many columns are prepared."""
        return len(self._kept()) + len(self._next_events())

    def sql(self, source: str, condition: str = "", by_hour: bool = False) -> str:
        """The SELECT that prepares the events `e` of a FROM item, those that satisfy the condition.

        With `by_hour` in order of the hours they lie in, which is as good as that of time, and a narrower key to sort.
        """
        sql = self._base(source, condition, with_previous=self.columns.session_start)
        if self.columns.session_start:
            sql = f"SELECT b.*,\n  {self._session_start()}\nFROM (\n{indented(sql)}\n) b"
        kept = ", ".join(f"b.{self.dialect.identifier(name)}" for name in self._kept())
        lines = "".join(f",\n  {self._next(next_event)}" for next_event in self._next_events())
        hour = utc_hour('b."time"', self.dialect)
        order = f"\nORDER BY CAST({hour} AS INTEGER)" if by_hour else ""
        return f"SELECT {kept}{lines}\nFROM (\n{indented(sql)}\n) b{order}"

    def sql_by_alone(self, source: str, condition: str = "", by_hour: bool = False) -> str:
        """The same with a column `alone`: what an entity did beside nothing else needs no look at other events.

        Nothing comes before or after such an event, whatever group it is in: no sort has to find that out. Silver
        lies in order of time, so these events need no sort at all.
        """
        conditions = [condition] if condition else []
        several = self.sql(source, " AND ".join(['e."alone" IS NOT TRUE', *conditions]), by_hour)
        one = self._base(source, " AND ".join(['e."alone"', *conditions]))
        start = ('b."time" AS "session_start"',) if self.columns.session_start else ()
        kept = [f"b.{self.dialect.identifier(name)}" for name in self._kept() if name != "session_start"]
        lines = "".join(f",\n  {self._next(next_event, alone=True)}" for next_event in self._next_events())
        return (
            f'SELECT TRUE AS "alone", {", ".join([*kept, *start])}{lines}\nFROM (\n{indented(one)}\n) b\n'
            f'UNION ALL\nSELECT FALSE AS "alone", s.*\nFROM (\n{indented(several)}\n) s'
        )

    def _next_events(self) -> list[NextEvent]:
        found = dict(self.columns.next_events)
        if self.columns.current_session:
            newest = current_event(self.sessions)
            found[newest.name] = newest
        return [found[name] for name in sorted(found)]

    def _kept(self) -> list[str]:
        kept = {*self.columns.kept}
        if self.columns.current_session and self.sessions.own_ids:
            kept.add("session")
        derived = {"day": self.columns.day, "session_start": self.columns.session_start}
        return ["entity_key", "time", *sorted(kept), *(name for name, wanted in derived.items() if wanted)]

    def _read(self) -> list[str]:
        """The canonical columns that are kept, or that a group or an order is made of."""
        read = set(self._kept())
        for next_event in self._next_events():
            read |= {
                name
                for name in _COLUMNS
                if any(f'"{name}"' in part or name == part for part in next_event.group)
            }
            read |= {column for tie in next_event.ties for column in TIES[tie]}
        if self.columns.session_start and self.sessions.own_ids:
            read.add("session")
        return sorted(read & set(_COLUMNS))

    def _base(self, source: str, condition: str, with_previous: bool = False) -> str:
        read = self._read()
        columns = ['e."entity_key"', 'e."time"', *(self._base_column(name) for name in read)]
        if self.columns.day:
            local = local_microseconds('e."time"', self.offsets, self.dialect)
            columns.append(f'{local_day(local, self.dialect)} AS "day"')
        if with_previous:
            columns.append(f'LAG(e."time") OVER ({self._session_window("e.")}) AS "previous"')
        joined = '\nLEFT JOIN "items" i ON i."item_key" = e."item_key"' if "item" in read else ""
        where = f"\nWHERE {condition}" if condition else ""
        return "SELECT " + ",\n  ".join(columns) + f"\nFROM {source} e{joined}{where}"

    def _base_column(self, name: str) -> str:
        if name == "kind":
            codes = " ".join(f"WHEN {self.dialect.text(kind)} THEN {kind_code(kind)}" for kind in KINDS)
            return f'CAST(CASE e."kind" {codes} END AS SMALLINT) AS "kind"'
        return 'i."item"' if name == "item" else f"e.{self.dialect.identifier(name)}"

    def _session_window(self, prefix: str) -> str:
        own = f', {prefix}"session"' if self.sessions.own_ids else ""
        return f'PARTITION BY {prefix}"entity_key"{own} ORDER BY {prefix}"time"'

    def _session_start(self) -> str:
        """The newest moment so far at which a session opened; events of one moment share it."""
        microseconds = self.dialect.microseconds
        idle = microseconds('b."time"') + " - " + microseconds('b."previous"')
        opens = f'b."previous" IS NULL OR {idle} >= {self.sessions.gap.microseconds}'
        return (
            f'MAX(CASE WHEN {opens} THEN b."time" END) OVER ({self._session_window("b.")}) AS "session_start"'
        )

    def _next(self, next_event: NextEvent, alone: bool = False) -> str:
        never = self.dialect.timestamp(NEVER)
        next_time = never if alone else self._lead(next_event, never)
        name = self.dialect.identifier(next_event.name)
        known = " AND ".join(f'b."{column}" IS NOT NULL' for column in next_event.known)
        return f"CASE WHEN {known} THEN {next_time} END AS {name}" if known else f"{next_time} AS {name}"

    def _lead(self, next_event: NextEvent, never: str) -> str:
        group = ", ".join(
            [
                'b."entity_key"',
                *(part if part.startswith("(") else f'b."{part}"' for part in next_event.group),
            ]
        )
        order = ", ".join(['b."time"', *(self._tie(name) for name in next_event.ties)])
        return f'LEAD(b."time", 1, {never}) OVER (PARTITION BY {group} ORDER BY {order})'

    def _tie(self, name: str) -> str:
        pieces = 'COALESCE(b."quantity", 1)'
        column = {"quantity": pieces, "money": f'b."price" * {pieces}'}.get(name, f'b."{name}"')
        if name in ("item", "category", "session"):
            column = self.dialect.in_text_order(column)
        return column if name in ("kind", "quantity") else f"{column} NULLS FIRST"


def indented(sql: str) -> str:
    """The lines of a query, two spaces to the right."""
    return "\n".join("  " + line for line in sql.splitlines())
