"""One pass over the events that adds the columns a feature set needs.

`events` -> layer "base" (kind code, local day, the event before) -> layer "placed" (session start) -> next events.
"""

from dataclasses import dataclass
from datetime import datetime

from willbuy.durations import DAY
from willbuy.events.canonical import KINDS
from willbuy.features.batch.bounds import local_microseconds
from willbuy.features.batch.columns import NextEvent, PreparedColumns, kind_code
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.dialect import Dialect

FULL_ORDER = (
    "time",
    "kind",
    "category",
    "price",
    "quantity",
    "session",
    "event_id",
    "received",
    "kind_name",
    "item",
)
"""The total order of an entity's events. Items stand last and as text: keys depend on the order of arrival."""

_TEXTS = ("category", "session", "event_id", "kind_name", "item")


@dataclass(frozen=True)
class Preparation:
    """How events are prepared: which columns, by which clock and session rule, over which of them.

    `source` is a FROM item with the columns of `events`; `since` and `until` bound the events that are needed.
    """

    columns: PreparedColumns
    dialect: Dialect
    sessions: SessionRule
    offsets: tuple[tuple[datetime, int], ...]

    def sql(self, source: str, condition: str = "") -> str:
        """The SELECT that prepares the events of a FROM item."""
        base = self._base(source, condition)
        if self.columns.session_start:
            base = f"SELECT *, {self._session_start()}\nFROM (\n{_indent(base)}\n) base"
        following = [self._next(next_event) for next_event in self._next_events()]
        if not following:
            return base
        kept = ", ".join(self._identifier(name) for name in self._carried())
        return f"SELECT {kept},\n  " + ",\n  ".join(following) + f"\nFROM (\n{_indent(base)}\n) placed"

    def _next_events(self) -> list[NextEvent]:
        return [self.columns.next_events[name] for name in sorted(self.columns.next_events)]

    def _carried(self) -> list[str]:
        carried = ["entity_key", "time", *sorted(self.columns.kept)]
        if self.columns.day:
            carried.append("day")
        if self.columns.session_start:
            carried.append("session_start")
        return carried

    def _identifier(self, name: str) -> str:
        return self.dialect.identifier(name)

    def _base(self, source: str, condition: str) -> str:
        used = set(self.columns.kept)
        for next_event in self.columns.next_events.values():
            used |= {
                name
                for name in (*FULL_ORDER, "item_key")
                if any(f'"{name}"' in part for part in next_event.partition)
            }
            used |= {*next_event.partition, *next_event.order} & {*FULL_ORDER, "item_key"}
        if self.columns.session_start and self.sessions.own_ids:
            used.add("session")
        columns = ['e."entity_key"', 'e."time"']
        columns += [self._base_column(name) for name in sorted(used - {"time"})]
        if self.columns.day:
            local = local_microseconds('e."time"', self.offsets, self.dialect)
            columns.append(f'{self._whole_day(local)} AS "day"')
        if self.columns.session_start:
            columns.append(f'LAG(e."time") OVER ({self._session_window("e.")}) AS "previous"')
        lines = ",\n  ".join(columns)
        joined = ' LEFT JOIN "items" i ON i."item_key" = e."item_key"' if "item" in used else ""
        where = f"\nWHERE {condition}" if condition else ""
        return f"SELECT {lines}\nFROM {source} e{joined}{where}"

    def _base_column(self, name: str) -> str:
        if name == "kind":
            codes = " ".join(f"WHEN {self.dialect.text(kind)} THEN {kind_code(kind)}" for kind in KINDS)
            return f'CAST(CASE e."kind" {codes} END AS SMALLINT) AS "kind"'
        return 'i."item" AS "item"' if name == "item" else f"e.{self._identifier(name)}"

    def _whole_day(self, local: str) -> str:
        """Floor division also before 1970: shift by whole days, divide, shift back."""
        shift = 1_000_000
        return f"({self.dialect.whole(f'({local} + {shift * DAY})', DAY)} - {shift})"

    def _session_window(self, prefix: str) -> str:
        own = f', {prefix}"session"' if self.sessions.own_ids else ""
        return f'PARTITION BY {prefix}"entity_key"{own} ORDER BY {prefix}"time"'

    def _session_start(self) -> str:
        idle = f"{self.dialect.microseconds(chr(34) + 'time' + chr(34))} - {self.dialect.microseconds(chr(34) + 'previous' + chr(34))}"
        opens = f'"previous" IS NULL OR {idle} >= {self.sessions.gap.microseconds}'
        return f'MAX(CASE WHEN {opens} THEN "time" END) OVER ({self._session_window("")}) AS "session_start"'

    def _next(self, next_event: NextEvent) -> str:
        partition = ", ".join(
            [
                '"entity_key"',
                *(part if part.startswith("(") else self._identifier(part) for part in next_event.partition),
            ]
        )
        order = ", ".join(self._ordered(name) for name in ("time", *next_event.order))
        name = self._identifier(next_event.name)
        return f'LEAD("time") OVER (PARTITION BY {partition} ORDER BY {order}) AS {name}'

    def _ordered(self, name: str) -> str:
        if name == "time":
            return '"time"'
        column = self._identifier(name)
        return f"{self.dialect.in_text_order(column) if name in _TEXTS else column} NULLS FIRST"


def _indent(sql: str) -> str:
    return "\n".join("  " + line for line in sql.splitlines())
