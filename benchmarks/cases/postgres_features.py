"""Features for one anchor inside PostgreSQL, beside the query that one writes by hand for them, on the same tables.

Both end with a local file of the rows by the text of their entity, in its order: ours Parquet, theirs CSV.
"""

import tempfile
from pathlib import Path

from benchmarks.house import postgres_shop
from benchmarks.house.claims import stage_ratio
from benchmarks.house.data import FULL, Log, ensure
from benchmarks.house.measure import Side, alternate, ask
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = FULL
REPEATS = 7


def run(log: Log, repeats: int, say: Say) -> Outcome:
    """Measure both on one server."""
    ensure(log)
    with postgres_shop.kept_server() as url:
        shop, schema = postgres_shop.ingested(log, url)
        with tempfile.TemporaryDirectory(dir=shop.parent) as name:
            by_hand, by_us = Path(name) / "theirs", Path(name) / "ours"
            by_hand.mkdir()
            by_us.mkdir()
            sides = [
                Side("willbuy", "benchmarks.ours.postgres_features", (str(shop), str(by_us))),
                Side("a query by hand", "benchmarks.rivals.postgres_query", (url, schema, str(by_hand))),
            ]
            measured = alternate(sides, repeats, say)
            agreed = agree(
                {
                    side: ask("benchmarks.house.agree", "unlabelled", str(folder))
                    for side, folder in (("ours", by_us), ("theirs", by_hand))
                }
            )
    ours, theirs = measured
    return Outcome(
        name="postgres_features",
        title="PostgreSQL: 14 features for one anchor",
        log=log,
        agreed=agreed,
        sides=measured,
        claims=[
            stage_ratio("wall, ours / a query by hand", "features", "wall", (ours, theirs), "at most", 1.2)
        ],
    )
