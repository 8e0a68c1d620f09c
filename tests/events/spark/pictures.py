"""Order-free pictures of a log's tables, the same for every engine: keys, numbers of lines and refused rows included."""

from typing import Any

import duckdb

from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.tables import COLUMNS, layout_of

EVENTS = ", ".join(name for name in COLUMNS["events"] if name not in ("alone", "date"))
PICTURED = {
    "events": EVENTS,
    "entities": "entity_key, entity",
    "items": "item_key, item",
    "events_raw": "source, line, raw, fault",
    "rejected": "source, line, rule, field, value, raw",
}


def picture(shop: Shop) -> dict[str, Any]:
    """The rows of every table, sorted; of sources what became of their rows. `alone` is a matter of the engine."""
    return picture_of_spark(shop) if shop.storage.engine == "spark" else picture_of_duckdb(shop)


def picture_of_duckdb(shop: Shop) -> dict[str, Any]:
    with open_warehouse(shop) as warehouse:
        found = {
            table: warehouse.rows(f"SELECT {columns} FROM {table} ORDER BY ALL")
            for table, columns in PICTURED.items()
        }
    with Ledger(shop.home / "ledger.sqlite", read_only=True) as ledger:
        return found | {"sources": _sources(ledger)}


def picture_of_spark(shop: Shop) -> dict[str, Any]:
    """The files that the ledger names, read without Spark."""
    layout = layout_of(shop.home)
    found: dict[str, Any] = {}
    with Ledger(layout.ledger, read_only=True) as ledger, duckdb.connect() as engine:
        for table, columns in PICTURED.items():
            files = [str(layout.home / file.file) for file in ledger.files(table)]
            rows = "read_parquet(?, hive_partitioning = false, union_by_name = true)"
            found[table] = (
                engine.execute(f"SELECT {columns} FROM {rows} ORDER BY ALL", [files]).fetchall()
                if files
                else []
            )
        return found | {"sources": _sources(ledger)}


def _sources(ledger: Ledger) -> list[Any]:
    rejections = ledger.rejections()
    return [
        (
            row.source,
            row.sha256,
            row.read,
            row.accepted,
            row.rejected,
            row.duplicates,
            rejections.get(row.source, {}),
        )
        for row in ledger.sources("done")
    ]
