"""The rival to beat: XGBoost's own prediction in place, its fastest way, in one call and one thread.

What was tried: a DMatrix takes longer to make than the prediction; rows as float32 take as long as float64; parts of the rows at
once are no faster than all.

Usage: python -m benchmarks.rivals.xgboost_scoring MODEL_UBJ ROWS_NPY
"""

import sys
from pathlib import Path

import numpy as np
import xgboost

from benchmarks.house.side import Stages


def main(model: Path, rows: Path) -> None:
    """Score the rows: log-odds."""
    stages = Stages()
    booster, X = xgboost.Booster({"nthread": 1}), np.load(rows, allow_pickle=False)
    booster.load_model(model)
    with stages.stage("score"):
        scores = booster.inplace_predict(X, predict_type="margin")
    bits = np.ascontiguousarray(scores, dtype=np.float32).view(np.uint32)
    stages.done(rows=len(X), checksum=str(int(bits.sum(dtype=np.uint64))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
