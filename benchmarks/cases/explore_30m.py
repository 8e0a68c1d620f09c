"""The page of what a log of 30 M events holds: within 4 GB. It has no rival; what it counts is held against the log."""

import tempfile
from pathlib import Path

from benchmarks.house import data, shops
from benchmarks.house.claims import memory
from benchmarks.house.data import LARGE, Log
from benchmarks.house.measure import Side, alternate
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = LARGE
REPEATS = 3


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure the page on the large log, ingested before."""
    data.ensure(log)
    shop = shops.ingested(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        page = Path(name) / "explore.html"
        side = Side("willbuy explore", "benchmarks.ours.explore", (str(shop), str(page)))
        [by_us] = alternate([side], repeats, say)
    printed = by_us.samples[0].printed
    agreed = agree(
        {
            "the log": {"events": log.events, "visitors": log.visitors},
            "ours": {name: printed[name] for name in ("events", "visitors")},
        }
    )
    return Outcome(
        name="explore_30m",
        title="The page of what a log of 30 M events holds",
        log=log,
        agreed=agreed,
        sides=[by_us],
        claims=[memory("peak memory of ours", by_us, 4.0)],
    )
