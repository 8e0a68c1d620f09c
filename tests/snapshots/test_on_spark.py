"""Snapshots by Spark, all anchors in one query: rows, labels and features are DuckDB's, bit for bit."""

from pathlib import Path

import pandas as pd
import pytest

from features.engines import fill
from features.random_log import random_log
from snapshots.worlds import shop_of, warehouse_of
from willbuy.features.algebra import Count, DaysSinceLast, Distinct, SessionPosition
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.snapshots import build_snapshots, score_frame
from willbuy.snapshots.compare import compare_snapshots, told
from willbuy.warehouse.spark.warehouse import SparkWarehouse

FEW = (
    Count("view", "7d"),
    Distinct("view"),
    DaysSinceLast("purchase"),
    SessionPosition(),
    Count("cart", "session"),
)
"""Every class of features agrees on Spark elsewhere; Spark takes a minute for those of a catalogue."""


@pytest.mark.parametrize(
    ("within", "catalogue"),
    [
        ("2d", ""),
        ("session", ""),
        pytest.param("2d", "clicks", marks=pytest.mark.gate),
        pytest.param("session", "session", marks=pytest.mark.gate),
    ],
)
def test_the_same_snapshots_as_by_duckdb(
    within: str, catalogue: str, tmp_path: Path, spark_warehouse: SparkWarehouse
) -> None:
    """Anchors, their counts, every row and bit; who is to be scored at a moment; and nothing is left in the scratch."""
    log = random_log(seed=7, entities=40)
    shop = shop_of(tmp_path, within, features={"catalogue": catalogue or "clicks"})
    with warehouse_of(log) as duck:
        fill(spark_warehouse, log)
        fill(spark_warehouse.desk, log)
        found = summarise(duck)
        assert summarise(spark_warehouse) == found
        features = features_of(shop, found.kinds, found.fields) if catalogue else FeatureSet(FEW)
        ours = build_snapshots(duck, shop, features, folder=tmp_path / "duckdb")
        theirs = build_snapshots(spark_warehouse, shop, features, folder=tmp_path / "spark")
        assert (theirs.anchors, theirs.open_sessions) == (ours.anchors, ours.open_sessions)
        tally = compare_snapshots(ours, theirs)
        assert tally.checked == ours.n > 0 and not tally.first, told(tally)
        rows = [score_frame(engine, shop, features, found.end) for engine in (duck, spark_warehouse)]
        pd.testing.assert_frame_equal(*rows, check_exact=True)
    spark_warehouse.drop("events", "entities", "items", "filled")
    assert not list((tmp_path / "scratch").rglob("*.parquet"))
