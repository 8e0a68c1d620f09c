"""A log into SQLite the way most projects do it: pandas in chunks and `to_sql`. No checks, no deduplication.

Usage: python -m benchmarks.rivals.pandas_sqlite CSV DATABASE
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd

from benchmarks.house.side import Stages

CHUNK = 100_000


def main(source: Path, database: Path) -> None:
    """Append every chunk to the table `events`."""
    stages = Stages()
    rows = 0
    with stages.stage("ingest"), closing(sqlite3.connect(database)) as connection:
        for chunk in pd.read_csv(source, chunksize=CHUNK):
            chunk.to_sql("events", connection, if_exists="append", index=False)
            rows += len(chunk)
    stages.done(rows=rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
