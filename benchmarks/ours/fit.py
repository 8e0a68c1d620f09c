"""Our side: the number of trees decided on the declared sample, then a fit on every row, with the arrays and their check.

Usage: python -m benchmarks.ours.fit TABLE TREES
"""

import sys

import numpy as np

from benchmarks.house.data import TABLES, Table
from benchmarks.house.side import Stages
from willbuy.models.candidates import XGBoostCandidate
from willbuy.models.entity_folds import sample_of_entities
from willbuy.shop.model import Train

SEED, VISITS = 7, 3  # three rows a visitor
CHECKED = 100_000


def main(table: Table, trees: int) -> None:
    """Decide on a sample, fit a given number of trees on all rows: the rival grows as many."""
    stages = Stages()
    X, y = np.load(table.features).astype(np.float64), np.load(table.labels)
    groups = np.arange(len(y)) // VISITS
    with stages.stage("decide"):
        kept = sample_of_entities(groups, Train().search_rows, SEED)
        decided = XGBoostCandidate().tune(X[kept], y[kept], SEED, groups[kept])
    with stages.stage("fit"):
        names = [f"feature_{number}" for number in range(X.shape[1])]
        scorer = XGBoostCandidate(rounds=trees).fit(X, y, SEED, names, groups, say=_progress)
    scores = scorer.log_odds(X[:CHECKED]).astype(np.float32)
    checksum = int(scores.view(np.uint32).sum(dtype=np.uint64))
    stages.done(rows=len(X), decided=decided.rounds, checksum=str(checksum))


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(TABLES[sys.argv[1]], int(sys.argv[2]))
