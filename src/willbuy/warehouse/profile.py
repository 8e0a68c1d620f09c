"""The profile of a log: how its fields look, so that a later one can be held against it.

Of each field: rows, the share of nulls, how many values there are, what the values look like, the median of numbers. Of the
log: what its kinds are called, at which hours things happen, and what ingest refused. The same events give the same profile.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from willbuy.warehouse.engine import Warehouse

TEXTS = {"entity": "n.entity", "item": "i.item", "category": "e.category", "session": "e.session"}
NUMBERS = {"price": "e.price", "quantity": "e.quantity"}
MOST = 40  # shapes, values and kinds that are kept
_SHAPES = (
    ("[A-Za-z0-9]*([A-Za-z][0-9]|[0-9][A-Za-z])[A-Za-z0-9]*", "#"),  # letters and digits mixed
    ("^0[0-9]+$", "0"),  # a leading zero
    ("[0-9]+", "9"),
    ("[A-Za-z]+", "a"),
    ("([#9a][-_. :]?){3,}", "+"),  # an address, a date, a UUID: which of its parts mix is chance
)


def profile(warehouse: Warehouse, since: datetime | None = None) -> dict[str, Any]:
    """The profile of the events from a moment (naive UTC) on, by default of all. What ingest refused is of all sources."""
    where = "TRUE" if since is None else f'e."time" >= {warehouse.dialect.timestamp(since)}'
    days = 'COUNT(DISTINCT CAST(e."time" AS DATE))'
    [(rows, days)] = warehouse.rows(f"SELECT COUNT(*), {days} FROM events e WHERE {where}")
    fields = {name: _field(warehouse, text, where, rows) for name, text in (TEXTS | NUMBERS).items()}
    for name, sql in NUMBERS.items():
        fields[name]["median"] = _median(warehouse, sql, where)
    for name, sql in TEXTS.items():
        fields[name]["shapes"] = _shapes(warehouse, sql, where)
    kinds = _most(
        warehouse.rows(f'SELECT e."kind_name", COUNT(*) FROM events e WHERE {where} GROUP BY e."kind_name"')
    )
    hours = dict(
        warehouse.rows(
            f'SELECT CAST(EXTRACT(hour FROM e."time") AS INTEGER), COUNT(*) FROM events e WHERE {where} GROUP BY 1'
        )
    )
    return {
        "rows": rows,
        "days": days,
        "fields": fields,
        "kinds": kinds,
        "hours": [int(hours.get(hour, 0)) for hour in range(24)],
        "account": _account(warehouse),
    }


def _from(sql: str) -> str:
    """The tables that an expression needs."""
    joins = ' JOIN entities n USING ("entity_key")' * sql.startswith("n.")
    return f"events e{joins}" + ' JOIN items i USING ("item_key")' * sql.startswith("i.")


def _field(warehouse: Warehouse, sql: str, where: str, rows: int) -> dict[str, Any]:
    column = {"n.entity": 'e."entity_key"', "i.item": 'e."item_key"'}.get(sql, sql)
    [(known, distinct, top)] = warehouse.rows(
        f"SELECT COALESCE(SUM(c), 0), COUNT(*), MAX(c) FROM (SELECT COUNT(*) AS c FROM events e "
        f"WHERE {where} AND {column} IS NOT NULL GROUP BY {column}) g"
    )
    return {
        "n": rows,
        "null_share": round(1 - int(known) / rows, 6) if rows else None,
        "distinct": int(distinct),
        "top_share": round(int(top) / int(known), 6) if known else None,
    }


def _median(warehouse: Warehouse, sql: str, where: str) -> float | None:
    """Of what is above 0: what costs nothing says nothing about a unit."""
    [(value,)] = warehouse.rows(
        f"SELECT PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY {sql}) FROM events e WHERE {where} AND {sql} > 0"
    )
    return None if value is None else float(value)


def _shapes(warehouse: Warehouse, sql: str, where: str) -> dict[str, int]:
    """What the values look like, digits as 9 and letters as a: shape -> how many different values have it."""
    text = "v"
    for pattern, shown in _SHAPES:
        text = warehouse.dialect.replaced(text, pattern, shown)
    values = f"SELECT DISTINCT {sql} AS v FROM {_from(sql)} WHERE {where} AND {sql} IS NOT NULL"
    shape = warehouse.dialect.in_text_order(f"({text})")
    return _most(
        warehouse.rows(
            f"SELECT {shape} AS shape, COUNT(*) FROM ({values}) d GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}"
        )
    )


def _most(counted: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """The most frequent first; of equal ones by their text, none at all last."""
    ordered = sorted(counted, key=lambda one: (-one[1], one[0] is None, one[0] or ""))
    return {str(text): int(count) for text, count in ordered[:MOST]}


def _account(warehouse: Warehouse) -> dict[str, int]:
    """The rows of all sources but those of who was erased and what was expired, which were sound.

    That files hold live events too is how it should be: as many repetitions are not counted.
    """
    names = ("read", "accepted", "rejected", "duplicates")
    sums = ", ".join(f'SUM("{name}")' for name in names)
    [(*found, live)] = warehouse.rows(
        f'SELECT {sums}, SUM("accepted") FILTER (WHERE "format" = \'live\') FROM sources'
    )
    counts = {name: int(value or 0) for name, value in zip(names, found, strict=True)}
    [(gone,)] = warehouse.rows("SELECT COUNT(*) FROM rejected WHERE rule IN ('erased', 'expired')")
    for name in ("read", "rejected"):
        counts[name] -= int(gone)
    return {**counts, "duplicates": max(0, counts["duplicates"] - int(live or 0))}
