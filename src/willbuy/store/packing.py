"""The log packed by visitor: one JSON text a visitor, of lists in the order of FIELDS.

The warehouse gives plain rows; they are packed at the desk.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from willbuy.events.canonical import KINDS
from willbuy.features.batch.local_sql import local_day, local_microseconds, utc_hour
from willbuy.features.local_time import LocalTime
from willbuy.store.history import FIELDS, NAMES, TIMES
from willbuy.store.tallies import Table
from willbuy.warehouse.dialect import Dialect

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

_NOT_LIVE = """ "source" NOT IN (SELECT "source" FROM sources WHERE "format" = 'live')"""


def fields_of(warehouse: "Warehouse") -> tuple[str, ...]:
    """The fields that the log has at all, in order: those without a value are left out of what is packed."""
    optional = [name for name in FIELDS if name not in ("time", "kind")]
    counts = ", ".join(f'COUNT("{_column(name)}")' for name in optional)
    [found] = warehouse.rows(f'SELECT {counts} FROM "events" WHERE {_NOT_LIVE}')
    there = {name for name, count in zip(optional, found, strict=True) if count}
    return tuple(name for name in FIELDS if name in there or name in ("time", "kind"))


def names_of(warehouse: "Warehouse") -> list[str]:
    """What the shop calls its kinds: `kind_name` is packed as its place here."""
    sql = f'SELECT DISTINCT "kind_name" FROM "events" WHERE "kind_name" IS NOT NULL AND {_NOT_LIVE}'
    return sorted(str(name) for (name,) in warehouse.rows(sql))


def plain(dialect: Dialect, events: str, fields: Sequence[str], names: Sequence[str]) -> str:
    """The query, of the warehouse, of `entity` and the fields over some events: a FROM item such as `events_of` gives."""
    parts = ", ".join(f'{_packed(dialect, name, names)} AS "{name}"' for name in fields)
    items = "LEFT JOIN items AS i ON i.item_key = e.item_key" if "item" in fields else ""
    return (
        f"SELECT n.entity, {parts} FROM (SELECT * FROM {events} AS a WHERE {_NOT_LIVE}) AS e "
        f"JOIN entities AS n ON n.entity_key = e.entity_key {items}"
    )


def pack(rows: str, fields: Sequence[str]) -> str:
    """The query, of the desk, of `entity, body` over a FROM item with rows of `plain`."""
    parts = ", ".join(f'p."{name}"' for name in fields)
    return f"SELECT p.entity, CAST(to_json(list(json_array({parts}))) AS VARCHAR) AS body FROM {rows} AS p GROUP BY p.entity"


def slots(dialect: Dialect, table: Table, local: LocalTime, span: tuple[object, object]) -> str:
    """The query, of the warehouse, of the slots of a table of tallies: key, kind, happened, closed, n."""
    known = dialect.earlier('COALESCE(e."received", e."time")', 1)
    days = [_unit(dialect, moment, table, local, span) for moment in ('e."time"', known)]
    key, items = (
        ('e."category"', "")
        if table.of == "category"
        else ("i.item", "JOIN items AS i ON i.item_key = e.item_key")
    )
    columns = (key, _kind(dialect), *days)
    named = ", ".join(
        f'{sql} AS "{name}"' for sql, name in zip(columns, ("key", "kind", "happened", "closed"), strict=True)
    )
    return (
        f'SELECT {named}, COUNT(*) AS n FROM "events" AS e {items} WHERE {key} IS NOT NULL AND {_NOT_LIVE} '
        f"GROUP BY {', '.join(columns)}"
    )


def tally(rows: str) -> str:
    """The query, of the desk, of `key, body` over a FROM item with rows of `slots`: kind, happened, known, n, and again, as JSON."""
    text = "concat_ws(',', kind, happened, GREATEST(happened, closed) + 1, n)"
    return f"""SELECT "key", '[' || string_agg({text}, ',') || ']' AS body FROM {rows} AS s GROUP BY "key" ORDER BY "key" """


def _unit(dialect: Dialect, moment: str, table: Table, local: LocalTime, span: tuple[object, object]) -> str:
    if table.hourly:
        return utc_hour(moment, dialect)
    offsets = tuple(local.offsets(*span))  # type: ignore[arg-type]
    return local_day(local_microseconds(moment, offsets, dialect), dialect)


def _packed(dialect: Dialect, name: str, names: Sequence[str]) -> str:
    if name in TIMES:
        return dialect.microseconds(f'e."{name}"')
    if name == "kind":
        return _kind(dialect)
    if name in NAMES:
        known = " ".join(f"WHEN {dialect.text(text)} THEN {place}" for place, text in enumerate(names))
        return f'CASE e."{name}" {known} END' if known else "CAST(NULL AS INTEGER)"
    return "i.item" if name == "item" else f'e."{name}"'


def _kind(dialect: Dialect) -> str:
    whens = " ".join(f"WHEN {dialect.text(kind)} THEN {code}" for code, kind in enumerate(KINDS))
    return f'CASE e."kind" {whens} END'


def _column(name: str) -> str:
    return "item_key" if name == "item" else name
