"""The rival: bare `xgboost.train` on the same rows with the same settings, from float32, which needs no conversion.

Usage: python -m benchmarks.rivals.xgboost_fit TABLE TREES
"""

import sys

import numpy as np
import xgboost

from benchmarks.house.data import TABLES, Table
from benchmarks.house.side import Stages

CHECKED = 100_000


def main(table: Table, trees: int) -> None:
    """Fit so many trees."""
    stages = Stages()
    X, y = np.load(table.features), np.load(table.labels)
    with stages.stage("fit"):
        data = xgboost.QuantileDMatrix(X, label=y)
        settings = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": 4,
            "learning_rate": 0.1,
            "min_child_weight": 5.0,
            "reg_lambda": 1.0,
            "base_score": float(np.float32(y.mean(dtype=np.float64))),
        }
        booster = xgboost.train(settings, data, num_boost_round=trees)
    scores = booster.inplace_predict(X[:CHECKED], predict_type="margin")
    checksum = int(np.ascontiguousarray(scores, dtype=np.float32).view(np.uint32).sum(dtype=np.uint64))
    stages.done(rows=len(X), checksum=str(checksum))


if __name__ == "__main__":
    main(TABLES[sys.argv[1]], int(sys.argv[2]))
