"""One anchor beside the published way: pandas with lambdas over groups."""

import tempfile
from pathlib import Path

from benchmarks.cases.features import ours
from benchmarks.house import fourteen, shops
from benchmarks.house.claims import ratio
from benchmarks.house.data import FULL, Log, ensure
from benchmarks.house.measure import Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FULL
REPEATS = 3

ONE = fourteen.write_anchors(fourteen.anchors(1, 7))


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure both ways on one log."""
    ensure(log)
    shop = shops.ingested(log)
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        mine, theirs = Path(name) / "ours", Path(name) / "published"
        theirs.mkdir()
        published = Side(
            "published pandas, 1 anchor",
            "benchmarks.rivals.published_pandas",
            (str(log.csv), str(theirs), ONE),
        )
        by_us, by_them = alternate([ours("willbuy, 1 anchor", shop, ONE, mine), published], repeats, say)
        agreed = agree(
            {
                "ours": ask("benchmarks.ours.agree", "features", str(shop), str(mine)),
                "published": ask("benchmarks.house.agree", "features", str(theirs)),
            }
        )
    return Outcome(
        name="published",
        title="One anchor, beside the published way",
        log=log,
        agreed=agreed,
        sides=[by_us, by_them],
        claims=[ratio("CPU, published / ours", "cpu", (by_them, by_us), "at least", 50)],
    )
