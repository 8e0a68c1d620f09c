"""The shop's tables on Spark: Parquet files in a folder a generation, of which the ledger names those that count.

    <home>/spark/ledger.sqlite
    <home>/spark/events_raw/generation=00002-3fa9c1/date=2015-06-01/part-....parquet   bronze; refused rows have no date
    <home>/spark/events/generation=00002-3fa9c1/date=2015-06-01/part-....parquet       silver
    <home>/spark/entities/generation=00002-3fa9c1/part-....parquet                     and so items, rejected

A generation adds files to what is there, and a date is written anew only where its files are many and small: so the
files of several generations make up a table.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.events.canonical import EVENTS_TYPES
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import TableFile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FOLDER = "spark"
"""The folder of Spark's tables and their ledger, in the shop's home."""

_TYPES = {"TIMESTAMP": "TIMESTAMP_NTZ", "VARCHAR": "STRING", "INTEGER": "INT"}

EVENTS = {name: _TYPES.get(kind, kind) for name, kind in EVENTS_TYPES.items()}
"""Silver's columns with Spark's types: every file has all of them, those that the log does not have as nulls."""

COLUMNS = {
    "events_raw": {"source": "INT", "line": "BIGINT", "raw": "STRING", "fault": "STRING", "date": "DATE"},
    "events": {**EVENTS, "date": "DATE"},
    "entities": {"entity_key": "BIGINT", "entity": "STRING"},
    "items": {"item_key": "BIGINT", "item": "STRING"},
    "rejected": {
        "source": "INT",
        "line": "BIGINT",
        "rule": "STRING",
        "field": "STRING",
        "value": "STRING",
        "raw": "STRING",
    },
}
"""The tables with their columns. Those with a `date` lie in a folder a date; it is the date of the event (UTC)."""

NO_DATE = "__HIVE_DEFAULT_PARTITION__"


def layout_of(home: Path) -> Layout:
    """Where the tables of a shop lie, and their ledger."""
    return Layout(home / FOLDER)


def date_of(file: TableFile) -> str | None:
    """The date (ISO) of all rows of a file; None where they have none.

    >>> date_of(TableFile("events", 0, "events/generation=00002/date=2015-06-01/part-0.parquet", 3))
    '2015-06-01'
    """
    found = next((step for step in file.file.split("/") if step.startswith("date=")), "date=")
    return found.removeprefix("date=").replace(NO_DATE, "") or None


def read_files(
    session: "SparkSession", layout: Layout, table: str, files: Sequence[TableFile]
) -> "DataFrame":
    """The rows of some of a table's files, with its columns; none of no files."""
    schema = ", ".join(f"`{name}` {kind}" for name, kind in COLUMNS[table].items())
    if not files:
        return session.createDataFrame([], schema)
    reader = session.read.schema(schema).option("basePath", str(layout.home / table))
    return reader.parquet(*(str(layout.home / file.file) for file in files)).drop("generation")
