"""Trees grown by Spark's workers become the same kind of scorer as those that are grown here."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from willbuy.models.candidates.boosting import XGBoostCandidate
from willbuy.warehouse.spark.warehouse import SparkWarehouse

NAMES = ("count", "a b", 'days "since"', "last")


def test_trees_of_spark(spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """As many trees, nulls among the values, and a ranking as good as that of one process."""
    draw = np.random.default_rng(1)
    X = draw.normal(size=(4000, len(NAMES)))
    X[draw.random(len(X)) < 0.2, 1] = np.nan
    y = (draw.random(len(X)) < 1 / (1 + np.exp(2 - X[:, 0] - np.nan_to_num(X[:, 1])))).astype(np.int8)
    frame = pd.DataFrame(X, columns=NAMES).astype({"a b": "Float64"}).assign(label=y)
    spark_warehouse.desk.put("rows", frame)
    files = [tmp_path / f"part-{half}.parquet" for half in range(2)]
    for half, file in enumerate(files):
        order = "ASC" if half else "DESC"
        spark_warehouse.desk.to_parquet(f'SELECT * FROM "rows" ORDER BY "count" {order} LIMIT 2000', file)
    candidate = XGBoostCandidate(rounds=10)
    found = candidate.fit_by(
        lambda parameters, rounds: spark_warehouse.grow_trees(files, NAMES, "label", parameters, rounds),
        float(y.mean()),
        X,
        seed=7,
    )
    here = candidate.fit(X, y, 7, NAMES)
    assert len(found.forest.root) == 10 and found.base == here.base and found.native
    areas = [roc_auc_score(y, scorer.log_odds(X)) for scorer in (found, here)]
    assert abs(areas[0] - areas[1]) < 0.01
