"""The least an engine can do with a log: DuckDB's bare CSV to sorted Parquet. Nothing kept raw, checked or deduplicated.

Usage: python -m benchmarks.rivals.duckdb_copy CSV PARQUET
"""

import sys
from pathlib import Path

import duckdb

from benchmarks.house.side import Stages


def main(source: Path, target: Path) -> None:
    """Copy the file, in order of time."""
    stages = Stages()
    with stages.stage("ingest"):
        duckdb.connect().execute(
            f"COPY (SELECT * FROM read_csv('{source}') ORDER BY timestamp) TO '{target}' (FORMAT parquet)"
        ).fetchall()
    stages.done()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
