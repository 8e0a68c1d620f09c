"""Boosted trees grown by Spark's workers, by xgboost.spark: for more rows than one machine holds."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import EngineError
from willbuy.warehouse.spark.faults import spark_faults

if TYPE_CHECKING:
    import xgboost
    from pyspark.sql import SparkSession

_ITS_OWN = {"objective", "nthread", "seed", "seed_per_iteration", "eval_metric"}  # xgboost.spark sets these


def grow_trees(
    session: "SparkSession",
    files: Sequence[Path],
    columns: Sequence[str],
    label: str,
    parameters: Mapping[str, Any],
    rounds: int,
) -> "xgboost.Booster":
    """Trees of the rows in some Parquet files, as many as `rounds`, by XGBoost's own `parameters`; nulls go as nulls.

    As many workers as Spark has cores hold a share of the rows each. Which row comes to which worker changes the last
    digits of a split: the same rows give nearly the same trees, not the same bits.
    """
    try:
        from xgboost.spark import SparkXGBClassifier
    except ImportError as error:
        raise EngineError(
            f"growing trees on Spark needs xgboost.spark ({error}): pip install 'willbuy[spark]'"
        ) from error
    logging.getLogger("XGBoost-PySpark").setLevel(logging.WARNING)
    given = {name: value for name, value in parameters.items() if name not in _ITS_OWN}
    values = [
        f"COALESCE(CAST(`{name}` AS DOUBLE), CAST('NaN' AS DOUBLE)) AS f{n}" for n, name in enumerate(columns)
    ]
    with spark_faults("Spark broke off while it grew the trees"):
        rows = session.read.parquet(*map(str, files)).selectExpr(
            f"CAST(`{label}` AS DOUBLE) AS label", *values
        )
        classifier = SparkXGBClassifier(
            features_col=[f"f{n}" for n in range(len(columns))],
            label_col="label",
            num_workers=session.sparkContext.defaultParallelism,
            n_estimators=rounds,
            random_state=parameters["seed"],
            **given,
        )
        booster: xgboost.Booster = classifier.fit(rows).get_booster()
    booster.feature_names = None
    return booster
