"""Ingest of 30 M rows: memory must stay bounded."""

import tempfile
from pathlib import Path

from benchmarks.house import data, shops
from benchmarks.house.claims import memory, ratio
from benchmarks.house.data import LARGE, Log
from benchmarks.house.measure import Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = LARGE
REPEATS = 3


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure ours, and the bare copy beside it, on the large log."""
    data.ensure(log)
    shop = shops.shop_file(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        parquet = Path(name) / "events.parquet"
        ours = Side(
            "willbuy ingest",
            "willbuy",
            ("ingest", "--shop", str(shop), "--json"),
            prepare=lambda: shops.empty(shop),
        )
        copy = Side("DuckDB bare COPY", "benchmarks.rivals.duckdb_copy", (str(log.csv), str(parquet)))
        measured = alternate([ours, copy], repeats, say)
        agreed = agree(
            {
                ours.name: ask("benchmarks.ours.agree", "log", str(shop)),
                copy.name: ask("benchmarks.house.agree", "rows", str(parquet)),
            }
        )
    by_us, by_copy = measured
    return Outcome(
        name="ingest_30m",
        title="Ingest of 30 M rows",
        log=log,
        agreed=agreed,
        sides=measured,
        claims=[
            memory("peak memory of ours", by_us, 2.0),
            ratio("wall, ours / bare COPY", "wall", (by_us, by_copy), "at most", 4),
        ],
    )
