"""Features: fourteen of them and the label, at 12 weekly anchors and at 26, beside polars and plain DuckDB."""

import tempfile
from pathlib import Path

from benchmarks.house import fourteen, shops
from benchmarks.house.claims import ratio
from benchmarks.house.data import FULL, Log, ensure
from benchmarks.house.measure import Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FULL
REPEATS = 5

WEEKLY = fourteen.write_anchors(fourteen.anchors(12, 7))
MANY = fourteen.write_anchors(
    fourteen.anchors(26, 4)
)  # every 4 days: 26 whole windows and labels fit into 138 days


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure every way on one log."""
    ensure(log)
    shop = shops.ingested(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        folders = {
            key: Path(name) / key for key in ("ours", "ours_many", "polars", "memory", "text", "integer")
        }
        for key in ("polars", "memory", "text", "integer"):
            folders[key].mkdir()
        sides = [
            ours("willbuy, 12 anchors", shop, WEEKLY, folders["ours"]),
            polars("polars, 12 anchors", log, WEEKLY, folders["polars"]),
            polars("polars, 12 anchors, nothing written", log, WEEKLY, folders["memory"], "--discard"),
            duckdb("plain DuckDB, integer keys, 12 anchors", log, folders["integer"], "integer"),
            duckdb("plain DuckDB, text ids, 12 anchors", log, folders["text"], "text"),
            ours("willbuy, 26 anchors", shop, MANY, folders["ours_many"]),
        ]
        measured = alternate(sides, repeats, say)
        answers = {
            key: ask("benchmarks.house.agree", "features", str(folders[key]))
            for key in ("polars", "text", "integer")
        }
        answers["ours"] = ask("benchmarks.ours.agree", "features", str(shop), str(folders["ours"]))
    by_us, by_polars, _, _, _, by_us_many = measured
    return Outcome(
        name="features",
        title="Features: 14 and the label, at 12 weekly anchors",
        log=log,
        agreed=agree(answers),
        sides=measured,
        claims=[
            ratio("CPU, ours / polars", "cpu", (by_us, by_polars), "at most", 2),
            ratio("CPU, ours, 26 anchors / 12", "cpu", (by_us_many, by_us), "at most", 2),
        ],
    )


def ours(name: str, shop: Path, anchors: str, folder: Path) -> Side:
    """Our side: the snapshots of the shop at the anchors."""
    return Side(name, "benchmarks.ours.features", (str(shop), anchors, str(folder)))


def polars(name: str, log: Log, anchors: str, folder: Path, *flags: str) -> Side:
    """The rival to beat."""
    return Side(name, "benchmarks.rivals.polars_features", (str(log.keyed), str(folder), anchors, *flags))


def duckdb(name: str, log: Log, folder: Path, ids: str) -> Side:
    """Plain DuckDB."""
    return Side(name, "benchmarks.rivals.duckdb_features", (str(log.keyed), str(folder), WEEKLY, ids))
