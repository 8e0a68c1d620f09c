"""The proof that two sides computed the same: counts and checksums that do not depend on the order of rows.

A row's hash covers every value as text (a double as its shortest exact text), so one different bit in one feature of one
entity changes the sum. Only the recency is compared as whole microseconds: polars divides by a constant through its
reciprocal, which costs the last bit of the number of days.

Usage: python -m benchmarks.house.agree features FOLDER   (one Parquet or CSV file an anchor, named after it)
       python -m benchmarks.house.agree unlabelled FOLDER   (the same without a label)
       python -m benchmarks.house.agree rows PARQUET_OR_SQLITE   (a log as rivals keep it)
"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from benchmarks.house import fourteen

LOG_COLUMNS = ("time", "entity", "kind", "item")
"""A log's canonical columns: epoch milliseconds, id as text, canonical kind, item as text."""


def checksum(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: tuple[str, ...]
) -> tuple[int, int]:
    """Rows of a relation, and the sum of their hashes over the columns.

    >>> connection = duckdb.connect()
    >>> one = checksum(connection, "(VALUES (1, 0.5), (2, NULL)) t(a, b)", ("a", "b"))
    >>> one == checksum(connection, "(VALUES (2, NULL), (1, 0.5)) t(a, b)", ("a", "b"))
    True
    >>> one == checksum(connection, "(VALUES (1, 0.5), (2, 0.0)) t(a, b)", ("a", "b"))
    False
    """
    values = ", ".join(f"coalesce({column}::VARCHAR, 'null')" for column in columns)
    found = connection.execute(
        f"SELECT count(*), coalesce(sum(hash(concat_ws('|', {values}))::HUGEINT), 0) FROM {relation}"
    ).fetchone()
    if found is None:
        raise RuntimeError(f"no answer for {relation}")
    return int(found[0]), int(found[1])


def features(relation: str, connection: duckdb.DuckDBPyConnection | None = None) -> dict[str, Any]:
    """Rows, anchors, positives and checksum of a relation with `anchor`, `entity`, the features and `label`."""
    connection = connection or duckdb.connect()
    counts = (name for name in fourteen.FEATURES if name not in (fourteen.DAYS_SINCE, fourteen.RATIO))
    typed = ", ".join(f"{name}::BIGINT AS {name}" for name in counts)
    rest = (
        f"round({fourteen.DAYS_SINCE}::DOUBLE * 86400000000)::BIGINT AS {fourteen.DAYS_SINCE}, "
        f"{fourteen.RATIO}::DOUBLE AS {fourteen.RATIO}"
    )
    connection.execute(
        f"CREATE TEMP VIEW compared AS SELECT left(anchor::VARCHAR, 10) AS anchor, entity::VARCHAR AS entity, {typed}, "
        f"{rest}, label::INTEGER AS label FROM {relation}"
    )
    rows, total = checksum(connection, "compared", ("anchor", "entity", *fourteen.FEATURES, "label"))
    anchors = connection.execute("SELECT count(DISTINCT anchor), sum(label) FROM compared").fetchone() or (
        0,
        0,
    )
    return {"rows": rows, "checksum": str(total), "anchors": int(anchors[0]), "positives": int(anchors[1])}


def log(relation: str, connection: duckdb.DuckDBPyConnection | None = None) -> dict[str, Any]:
    """Rows and checksum of a log with LOG_COLUMNS."""
    rows, total = checksum(connection or duckdb.connect(), relation, LOG_COLUMNS)
    return {"rows": rows, "checksum": str(total)}


def of_folder(folder: str, more: str = "") -> dict[str, Any]:
    """The features in a folder of one file an anchor, named after the anchor."""
    kind = "csv" if any(Path(folder).glob("*.csv")) else "parquet"
    files = f"read_{kind}('{folder}/*.{kind}', filename = true)"
    return features(
        f"(SELECT COLUMNS(lambda name: name <> 'anchor'), parse_filename(filename, true) AS anchor{more} FROM {files})"
    )


def unlabelled(folder: str) -> dict[str, Any]:
    """The same of features without a label."""
    return of_folder(folder, ", 0 AS label")


def of_rows(path: str) -> dict[str, Any]:
    """The log in a rival's Parquet file or SQLite database, with Retail Rocket's columns."""
    connection = duckdb.connect()
    if path.endswith(".parquet"):
        source = f"read_parquet('{path}')"
    else:
        with closing(sqlite3.connect(path)) as database:
            rows = pd.read_sql("SELECT timestamp, visitorid, event, itemid FROM events", database)
        if not pd.api.types.is_integer_dtype(rows["timestamp"]):  # written as text of a timestamp
            rows["timestamp"] = pd.to_datetime(rows["timestamp"]).astype("datetime64[ms]").astype("int64")
        connection.register("source_rows", rows)
        source = "source_rows"
    kinds = "CASE event WHEN 'addtocart' THEN 'cart' WHEN 'transaction' THEN 'purchase' ELSE event END"
    return log(
        f"(SELECT timestamp AS time, visitorid::VARCHAR AS entity, {kinds} AS kind, itemid::VARCHAR AS item FROM {source})",
        connection,
    )


if __name__ == "__main__":
    print(
        json.dumps(
            {"features": of_folder, "unlabelled": unlabelled, "rows": of_rows}[sys.argv[1]](sys.argv[2])
        )
    )
