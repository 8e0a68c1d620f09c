"""Features at 12 weekly anchors of 30 M events: within 4 GB, and near polars, which has no limit."""

import tempfile
from pathlib import Path

from benchmarks.cases.features import WEEKLY, ours, polars
from benchmarks.house import data, shops
from benchmarks.house.claims import memory, ratio
from benchmarks.house.data import LARGE, Log
from benchmarks.house.measure import alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = LARGE
REPEATS = 3


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure ours and polars on the large log."""
    data.ensure(log)
    shop = shops.ingested(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        mine, theirs = Path(name) / "ours", Path(name) / "polars"
        theirs.mkdir()
        sides = [
            ours("willbuy, 12 anchors", shop, WEEKLY, mine),
            polars("polars, 12 anchors", log, WEEKLY, theirs),
        ]
        by_us, by_polars = alternate(sides, repeats, say)
        agreed = agree(
            {
                "ours": ask("benchmarks.ours.agree", "features", str(shop), str(mine)),
                "polars": ask("benchmarks.house.agree", "features", str(theirs)),
            }
        )
    return Outcome(
        name="features_30m",
        title="Features at 12 weekly anchors of 30 M events",
        log=log,
        agreed=agreed,
        sides=[by_us, by_polars],
        claims=[
            memory("peak memory of ours", by_us, 4.0),
            ratio("wall, ours / polars", "wall", (by_us, by_polars), "at most", 1.3),
        ],
    )
