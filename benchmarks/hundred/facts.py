"""What came of it: the log's counts, the rows learnt from, and how near the model comes to the truth on the test's visitors.

python -m benchmarks.hundred.facts SHOP TRUTH SCORES
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb
from sklearn.metrics import average_precision_score

from willbuy.runs import PREDICTIONS, complete_run, read_result
from willbuy.shop import load_shop


def facts(shop: Path, truth: Path, scores: Path) -> dict[str, Any]:
    """Counts, and the average precision of the newest run's test scores and of the true probabilities, on the same rows."""
    run = complete_run(load_shop(shop).home)
    result = read_result(run)
    rows = duckdb.sql(
        f"SELECT p.y, p.p, t.probability FROM '{run / PREDICTIONS}' p JOIN '{truth}' t ON CAST(t.user_id AS VARCHAR) = p.entity"
    ).fetchnumpy()
    [(scored,)] = duckdb.sql(f"SELECT count(*) FROM '{scores}'").fetchall()
    return {
        "log": {
            name: result["ingest"][name]
            for name in ("read", "accepted", "duplicates", "rejected", "entities")
        },
        "parts": {part["part"]: [part["n"], part["positives"]] for part in result["parts"]},
        "scored": scored,
        "test_rows": len(rows["y"]),
        "model": float(average_precision_score(rows["y"], rows["p"])),
        "truth": float(average_precision_score(rows["y"], rows["probability"])),
        "verdict": result["verdict"]["sentences"][0],
    }


if __name__ == "__main__":
    print(json.dumps(facts(*map(Path, sys.argv[1:]))))
