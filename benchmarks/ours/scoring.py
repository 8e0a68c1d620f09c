"""Our side: a bundle scores rows in bulk, one thread. Everything that a user's call does is in the time.

Usage: python -m benchmarks.ours.scoring BUNDLE ROWS_NPY
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks.house.side import Stages
from willbuy.models.bundle import load_bundle


def main(bundle: Path, rows: Path) -> None:
    """Score the rows: log-odds before calibration, as the rival gives them."""
    stages = Stages()
    model, X = load_bundle(bundle).in_bulk(threads=1), np.load(rows, allow_pickle=False)
    with stages.stage("score"):
        scores = model.log_odds(X)
    bits = scores.astype(np.float32).view(np.uint32)
    stages.done(rows=len(X), checksum=str(int(bits.sum(dtype=np.uint64))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
