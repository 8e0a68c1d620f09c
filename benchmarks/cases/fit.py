"""Fit: boosted trees on 4 M snapshots of 40 features, beside bare XGBoost with the same settings."""

import statistics

from benchmarks.house.claims import Claim, memory, stage_ratio
from benchmarks.house.data import FEW_ROWS, MANY_ROWS, Table, ensure_rows
from benchmarks.house.measure import Measured, Side, alternate
from benchmarks.house.outcome import Outcome, agree
from benchmarks.house.say import Say

LOG = MANY_ROWS
SMALL = FEW_ROWS
REPEATS = 3
TREES = 200


def run(log: Table, repeats: int, say: Say) -> Outcome:
    """Measure both on one table."""
    ensure_rows(log)
    sides = [
        Side("willbuy", "benchmarks.ours.fit", (log.name, str(TREES))),
        Side("bare XGBoost", "benchmarks.rivals.xgboost_fit", (log.name, str(TREES))),
    ]
    by_us, by_xgboost = measured = alternate(sides, repeats, say)
    answers = {
        f"{one.side.name}, {number}": {key: sample.printed[key] for key in ("rows", "checksum")}
        for one in measured
        for number, sample in enumerate(one.samples)
    }
    return Outcome(
        name="fit",
        title=f"Fit: {TREES} boosted trees; ours decides the number of trees on a sample as well",
        log=log,
        agreed=agree(answers),
        sides=measured,
        claims=[
            seconds("wall of deciding and fitting", by_us, 600),
            memory("peak memory, ours", by_us, 8),
            stage_ratio("CPU of the fit, ours / bare", "fit", "cpu", (by_us, by_xgboost), "at most", 1.2),
        ],
    )


def seconds(text: str, side: Measured, bar: float) -> Claim:
    """Wall seconds of all of a side's stages together."""
    found = sorted(sum(stage["wall"] for stage in one.printed["stages"].values()) for one in side.samples)
    return Claim(text, statistics.median(found), (found[0], found[-1]), "at most", bar, "s")
