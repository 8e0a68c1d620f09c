"""A log into SQLite with pandas: chunks and `to_sql`. No raw copy, no checks, no deduplication.

`sqlalchemy` is the way of pandas' manual and of most projects: an engine, times made timestamps. `bare` is the fastest way we
found: a plain `sqlite3` connection, times left as the numbers they are.

Usage: python -m benchmarks.rivals.pandas_sqlite CSV DATABASE sqlalchemy|bare
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd

from benchmarks.house.side import Stages

CHUNK = 100_000


def with_engine(source: Path, database: Path) -> None:
    """Append every chunk to the table `events` over SQLAlchemy."""
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{database}")
    for chunk in pd.read_csv(source, chunksize=CHUNK):
        chunk["timestamp"] = pd.to_datetime(chunk["timestamp"], unit="ms")
        chunk.to_sql("events", engine, if_exists="append", index=False)
    engine.dispose()


def bare(source: Path, database: Path) -> None:
    """Append every chunk to the table `events` over sqlite3."""
    with closing(sqlite3.connect(database)) as connection:
        for chunk in pd.read_csv(source, chunksize=CHUNK):
            chunk.to_sql("events", connection, if_exists="append", index=False)


def main(source: Path, database: Path, way: str) -> None:
    """Ingest the file one way."""
    stages = Stages()
    with stages.stage("ingest"):
        {"sqlalchemy": with_engine, "bare": bare}[way](source, database)
    stages.done()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
