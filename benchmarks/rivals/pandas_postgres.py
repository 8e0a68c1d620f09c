"""A log into PostgreSQL with pandas: chunks and `to_sql` over SQLAlchemy. No raw copy, no checks, no keys, no deduplication.

Usage: python -m benchmarks.rivals.pandas_postgres CSV URL SCHEMA
"""

import sys
from pathlib import Path

import pandas as pd

from benchmarks.house.side import Stages

CHUNK = 100_000


def main(source: Path, url: str, schema: str) -> None:
    """Append every chunk to the table `events`."""
    from sqlalchemy import create_engine, text

    stages = Stages()
    with stages.stage("ingest"):
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        for chunk in pd.read_csv(source, chunksize=CHUNK):
            chunk["timestamp"] = pd.to_datetime(chunk["timestamp"], unit="ms")
            chunk.to_sql("events", engine, schema=schema, if_exists="append", index=False)
        engine.dispose()
    stages.done()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
