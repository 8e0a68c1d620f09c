"""Rows scored one at a time, each timed by itself: as a service does, by the bundle's batches, or by XGBoost itself.

Usage: python -m benchmarks.ours.one_row BUNDLE TABLE WAY
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.house.data import TABLES, Table
from benchmarks.house.side import Stages
from willbuy.models.bundle import Bundle, load_bundle
from willbuy.models.one_row import score_one

ROWS, WARM = 5_000, 200
One = Callable[[np.ndarray], float]


def main(bundle: Path, table: Table, way: str) -> None:
    """Score the rows and print the median time of one, in microseconds."""
    one = WAYS[way](load_bundle(bundle))
    rows = np.load(table.features, mmap_mode="r")[: ROWS + WARM].astype(np.float64)
    times, found, stages = [], [], Stages()
    for row in rows[:WARM]:
        one(row)
    with stages.stage("score"):
        for row in rows[WARM:]:
            began = time.perf_counter_ns()
            score = one(row)
            times.append(time.perf_counter_ns() - began)
            found.append(score)
    bits = np.array(found).astype(np.float32).view(np.uint32)
    stages.done(median=statistics.median(times) / 1000, checksum=str(int(bits.sum(dtype=np.uint64))))


def service(bundle: Bundle) -> One:
    """As the service does."""
    score = score_one(bundle)
    return lambda row: score(row)[1]


def batch(bundle: Bundle) -> One:
    """A batch of one."""
    return lambda row: float(bundle.predict_proba(row[np.newaxis])[0])


def xgboost(bundle: Bundle) -> One:
    """XGBoost's own prediction in place of one row, then our calibration."""
    import xgboost

    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(bundle.scorer.native or b""))
    calibrator = bundle.calibrator

    def one(row: np.ndarray) -> float:
        log_odds = booster.inplace_predict(row[np.newaxis], predict_type="margin").astype(np.float64)
        return float(calibrator.probability(log_odds)[0])

    return one


WAYS: dict[str, Callable[[Bundle], One]] = {"willbuy": service, "batches of one": batch, "XGBoost": xgboost}


if __name__ == "__main__":
    main(Path(sys.argv[1]), TABLES[sys.argv[2]], sys.argv[3])
