"""The shop that is served: the log in Retail Rocket's shape in its store, and a model of 500 trees of depth 4.

`python -m benchmarks.ours.served_shop FOLDER LOG` makes it where it is not there, and prints what it is. The model is
trained by `willbuy train` on a small dense shop, so that its bundle is like any other; then its trees are replaced by exactly
500, and the probabilities calibrated anew.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.house import data
from willbuy.cli import app

TREES, DEPTH, VISITORS = 500, 4, 2000
RECORDS = 200
SETTINGS = """
[train]
candidates = ["xgboost"]
trials = 0
bootstrap = 100
[population]
active_within = "30d"
[serve]
requests_per_minute = 60000000
"""


def willbuy(*words: str) -> None:
    """Run a command of ours."""
    app(list(words), standalone_mode=False)


def make(folder: Path, log: data.Log) -> None:
    """Make the shop: train on the dense log, replace the trees, then ingest the large log beside it."""
    from willbuy.shop import load_shop

    folder.mkdir(parents=True)
    dense, shop = folder / "dense.csv", folder / "shop.toml"
    willbuy("simulate", "--preset", "dense", "--visitors", str(VISITORS), "--output", str(dense))
    willbuy("init", str(dense), "--within", "7d", "--shop", str(shop))
    text = shop.read_text(encoding="utf-8").split("[population]")[0]
    shop.write_text(text + SETTINGS, encoding="utf-8")
    willbuy("ingest", "--shop", str(shop))
    willbuy("train", "--shop", str(shop))
    _replace_trees(load_shop(shop).home)
    willbuy("ingest", str(log.csv), "--shop", str(shop))


def _replace_trees(home: Path) -> None:
    """Run 0002: as run 0001, with exactly so many trees, on the same snapshots."""
    import duckdb

    from willbuy.models.bundle import load_bundle, write_bundle
    from willbuy.models.calibrators import fit_calibrator
    from willbuy.models.candidates import XGBoostCandidate
    from willbuy.runs import BUNDLE, complete_run, new_run, read_result, write_result

    before = complete_run(home, "0001")
    bundle = load_bundle(before / BUNDLE)
    snapshots = str(before / "snapshots" / "**" / "*.parquet")
    names = bundle.feature_names
    frame = duckdb.sql(f"SELECT * FROM read_parquet('{snapshots}') WHERE label IS NOT NULL").df()
    X, y = frame[list(names)].to_numpy(dtype=np.float64), frame["label"].to_numpy().astype(np.int8)
    scorer = XGBoostCandidate(rounds=TREES, depth=DEPTH).fit(X, y, 1, names)
    folder = new_run(home)
    own = {"format", "created_by", "platform", "libraries", "files", "scorer", "calibrator", "contributions"}
    own |= {"feature_names", "features_spec", "threshold", "checksum"}
    result = read_result(before)
    result["bundle"] = write_bundle(
        folder / BUNDLE,
        scorer=scorer,
        calibrator=fit_calibrator(scorer.log_odds(X), y),
        features_spec=bundle.manifest["features_spec"],
        feature_names=names,
        threshold=bundle.threshold,
        fields={name: value for name, value in bundle.manifest.items() if name not in own},
        golden=X[:: max(1, len(X) // 500)][:500],
        native=scorer.native,
    )
    write_result(folder, result)
    model = folder / "rival.ubj"
    model.write_bytes(scorer.native or b"")
    rows = X[np.random.default_rng(1).integers(0, len(X), RECORDS)]
    said = {
        "names": list(names),
        "rows": [[None if np.isnan(v) else v for v in row] for row in rows.tolist()],
    }
    (folder / "records.json").write_text(json.dumps(said), encoding="utf-8")


def main() -> None:
    """Make it, and say what it is."""
    folder, log = Path(sys.argv[1]), data.LOGS[sys.argv[2]]
    if not (folder / "made").exists():
        make(folder, log)
        (folder / "made").touch()
    home = folder / ".willbuy"
    said: dict[str, Any] = {"shop": str(folder / "shop.toml"), "run": str(home / "runs" / "0002")}
    print("\n" + json.dumps(said))


if __name__ == "__main__":
    main()
