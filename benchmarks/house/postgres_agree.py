"""What a side left in PostgreSQL, in the form in which logs are compared: `python -m benchmarks.house.postgres_agree ours|pandas URL SCHEMA`."""

import json
import sys
import tempfile
from pathlib import Path

import duckdb
import psycopg

from benchmarks.house import agree

OURS = (
    'SELECT CAST(EXTRACT(EPOCH FROM "time") * 1000 AS bigint) AS "time", "entity", "kind", "item" FROM "events" '
    'JOIN "entities" USING ("entity_key") JOIN "items" USING ("item_key")'
)
PANDAS = (
    'SELECT CAST(EXTRACT(EPOCH FROM "timestamp") * 1000 AS bigint) AS "time", "visitorid" AS "entity", '
    "CASE \"event\" WHEN 'addtocart' THEN 'cart' WHEN 'transaction' THEN 'purchase' ELSE \"event\" END AS \"kind\", "
    '"itemid" AS "item" FROM "events"'
)


def main(side: str, url: str, schema: str) -> None:
    """Print the rows and the checksum of a side's log."""
    rows = {"ours": OURS, "pandas": PANDAS}[side]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "log.csv"
        with (
            psycopg.connect(url, options=f"-c search_path={schema}") as connection,
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT csv, HEADER)".encode()) as copy,
            path.open("wb") as file,
        ):
            for data in copy:
                file.write(data)
        log = "SELECT CAST(time AS BIGINT) AS time, entity, kind, item"
        print(json.dumps(agree.log(f"({log} FROM read_csv('{path}', all_varchar = true))", duckdb.connect())))


if __name__ == "__main__":
    main(*sys.argv[1:4])
