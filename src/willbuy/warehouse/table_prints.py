"""Prints of the tables that keep what came in: the same for the same rows, on every engine, in whatever order they lie."""

from typing import Any

from willbuy.warehouse.engine import Warehouse

PRINTED = {
    "events_raw": ("line", "raw", "fault"),
    "rejected": ("line", "rule", "field", "value", "raw"),
    "entities": ("entity",),
    "items": ("item",),
}
"""Table -> the columns that a print is made of: without keys and numbers of sources, which an engine gives."""

NUL = r"\x00"
"""What stands for NUL where an engine's texts hold none."""


def table_prints(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    """Of each table the number of rows and a checksum: the sum, modulo 2^128, of a 64-bit hash of every row."""
    return {table: _print(warehouse, table, columns) for table, columns in PRINTED.items()}


def _print(warehouse: Warehouse, table: str, columns: tuple[str, ...]) -> dict[str, Any]:
    dialect = warehouse.dialect
    texts = ", ".join(f"COALESCE({_text(warehouse, column)}, chr(30))" for column in columns)
    number = dialect.md5_number(f"concat_ws(chr(31), {texts})")
    [(rows, sum_of_all, negative)] = warehouse.rows(
        f"SELECT COUNT(*), SUM(h.number), COUNT(*) FILTER (WHERE h.number < 0) FROM (SELECT {number} AS number FROM {table} t) h"
    )
    return {"rows": int(rows), "checksum": f"{(int(sum_of_all or 0) + negative * 2**64) % 2**128:032x}"}


def _text(warehouse: Warehouse, column: str) -> str:
    """A column as text; NUL as PostgreSQL keeps it, whose texts hold none."""
    dialect = warehouse.dialect
    text = f'CAST(t."{column}" AS {dialect.string})'
    if dialect.name == "postgres" or column == "line":
        return text
    return f"replace({text}, chr(0), {dialect.text(NUL)})"
