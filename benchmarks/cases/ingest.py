"""Ingest: from a CSV file to bronze, checked, deduplicated silver; beside pandas into SQLite and DuckDB's bare copy."""

import tempfile
from pathlib import Path

from benchmarks.house import shops
from benchmarks.house.claims import ratio
from benchmarks.house.data import FULL, Log, ensure
from benchmarks.house.measure import Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FULL
REPEATS = 3


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure the ways on one log."""
    ensure(log)
    shop = shops.shop_file(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        folder = Path(name)
        parquet = folder / "events.parquet"
        ours = Side(
            "willbuy ingest",
            "willbuy",
            ("ingest", "--shop", str(shop), "--json"),
            prepare=lambda: shops.empty(shop),
        )
        copy = Side("DuckDB bare COPY", "benchmarks.rivals.duckdb_copy", (str(log.csv), str(parquet)))
        sides = [
            ours,
            pandas("pandas chunks and to_sql", log, folder / "engine.sqlite", "sqlalchemy"),
            pandas("the same, bare sqlite3, times as numbers", log, folder / "bare.sqlite", "bare"),
            copy,
        ]
        measured = alternate(sides, repeats, say)
        agreed = agree(
            {
                "ours": ask("benchmarks.ours.agree", "log", str(shop)),
                "pandas": ask("benchmarks.house.agree", "rows", str(folder / "engine.sqlite")),
                "bare sqlite3": ask("benchmarks.house.agree", "rows", str(folder / "bare.sqlite")),
                "bare COPY": ask("benchmarks.house.agree", "rows", str(parquet)),
            }
        )
    by_us, by_pandas, _, by_copy = measured
    return Outcome(
        name="ingest",
        title="Ingest: a CSV file to bronze and silver",
        log=log,
        agreed=agreed,
        sides=measured,
        claims=[
            ratio("rows/s, ours / pandas", "wall", (by_pandas, by_us), "at least", 4),
            ratio("wall, ours / bare COPY", "wall", (by_us, by_copy), "at most", 4),
        ],
    )


def pandas(name: str, log: Log, database: Path, way: str) -> Side:
    """Pandas into a new SQLite database."""
    return Side(
        name,
        "benchmarks.rivals.pandas_sqlite",
        (str(log.csv), str(database), way),
        prepare=lambda: database.unlink(missing_ok=True),
    )
