"""The log packed by visitor, as SQL over the warehouse: one JSON text a visitor, of lists in the order of FIELDS."""

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
    sql = (
        f'SELECT DISTINCT "kind_name" FROM "events" WHERE "kind_name" IS NOT NULL AND {_NOT_LIVE} ORDER BY 1'
    )
    return [str(name) for (name,) in warehouse.rows(sql)]


def pack(warehouse: "Warehouse", events: str, fields: Sequence[str], names: Sequence[str]) -> str:
    """The query of `entity, body` over some events: a FROM item such as `events_of` gives."""
    parts = ", ".join(_packed(warehouse.dialect, name, names) for name in fields)
    items = "LEFT JOIN items AS i USING (item_key)" if "item" in fields else ""
    return (
        f"SELECT n.entity, CAST(to_json(list(json_array({parts}))) AS VARCHAR) AS body "
        f"FROM (SELECT * FROM {events} WHERE {_NOT_LIVE}) AS e JOIN entities AS n USING (entity_key) {items} GROUP BY n.entity"
    )


def tally(dialect: Dialect, table: Table, local: LocalTime, span: tuple[object, object]) -> str:
    """The query of `key, body` of a table of tallies: numbers kind, happened, known, n, and again, as JSON."""
    known = dialect.earlier('COALESCE(e."received", e."time")', 1)
    days = [_unit(dialect, moment, table, local, span) for moment in ('e."time"', known)]
    key, items = (
        ('e."category"', "") if table.of == "category" else ("i.item", "JOIN items AS i USING (item_key)")
    )
    slots = (
        f'SELECT {key} AS "key", {_kind(dialect)} AS kind, {days[0]} AS happened, {days[1]} AS closed, COUNT(*) AS n '
        f'FROM "events" AS e {items} WHERE {key} IS NOT NULL AND {_NOT_LIVE} GROUP BY ALL'
    )
    text = "concat_ws(',', kind, happened, GREATEST(happened, closed) + 1, n)"
    return f"""SELECT "key", '[' || string_agg({text}, ',') || ']' AS body FROM ({slots}) GROUP BY "key" ORDER BY "key" """


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
        known = ", ".join(dialect.text(text) for text in names)
        return f'list_position([{known}], CAST(e."{name}" AS VARCHAR)) - 1'
    return "i.item" if name == "item" else f'e."{name}"'


def _kind(dialect: Dialect) -> str:
    whens = " ".join(f"WHEN {dialect.text(kind)} THEN {code}" for code, kind in enumerate(KINDS))
    return f'CASE e."kind" {whens} END'


def _column(name: str) -> str:
    return "item_key" if name == "item" else name
