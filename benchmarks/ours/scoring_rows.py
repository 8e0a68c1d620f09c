"""What both sides of `scoring` are given: a bundle, and rows of features from the log's own snapshots as plain arrays.

Usage: python -m benchmarks.ours.scoring_rows SHOP_TOML ANCHORS FOLDER

`FOLDER/bundle` is a bundle of 200 trees of depth 4 over the fourteen features, `FOLDER/distinct.npy` all fourteen of every
snapshot (the recency tells nearly all of them apart), once each; `FOLDER/counts` and `counts.npy` the same for the counts alone, which
repeat as they do in a shop. Rows are float64 (n, features), a null is NaN.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.house import fourteen
from willbuy.features.describe import of_shop
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import XGBoostCandidate
from willbuy.shop import load_shop
from willbuy.snapshots import build_snapshots
from willbuy.warehouse import open_warehouse

ROUNDS, LEARN_FROM = 200, 300_000
COUNTS = tuple(name for name in fourteen.FEATURES if name not in (fourteen.DAYS_SINCE, fourteen.RATIO))


def main(shop_file: Path, anchors: list[datetime], folder: Path) -> dict[str, int]:
    """Make the bundles and the rows; say how many rows there are, and how many different ones."""
    shop = load_shop(shop_file)
    with open_warehouse(shop) as warehouse:
        features = of_shop(shop, warehouse)
        built = build_snapshots(warehouse, shop, features, anchors, folder=folder / "snapshots")
        frame = built.frame()
    y = frame["label"].to_numpy(dtype=np.int8)
    said = {}
    for name, columns in (("distinct", fourteen.FEATURES), ("counts", COUNTS)):
        rows = frame[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
        learn = slice(0, LEARN_FROM)
        scorer = XGBoostCandidate(rounds=ROUNDS, threads=1).fit(rows[learn], y[learn], 1, columns)
        write_bundle(
            folder / name,
            scorer=scorer,
            calibrator=fit_calibrator(scorer.log_odds(rows[learn]), y[learn]),
            features_spec=features.to_spec(),
            feature_names=columns,
            threshold=0.5,
            fields={},
            golden=rows[:100],
            native=scorer.native,
        )
        different = frame[list(columns)].drop_duplicates()
        if name == "distinct":
            rows = different.to_numpy(dtype=np.float64, na_value=np.nan)
        np.save(folder / f"{name}.npy", rows)
        said |= {f"{name}_rows": len(rows), f"{name}_different": len(different)}
    return said


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), fourteen.read_anchors(sys.argv[2]), Path(sys.argv[3]))))
