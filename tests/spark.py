"""A real Spark for tests: one a pytest worker, started when the first test asks for it, as starting takes seconds."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from willbuy.warehouse.spark.warehouse import SparkWarehouse

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java that compiles once and quickly: what it runs here is over before a better compilation would pay."""
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.driver.extraJavaOptions": QUICK_JAVA,
}
"""Settings for tables of a few rows."""


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> "SparkSession":
    """A session on `local[2]`; a test that asks for it is skipped aloud where there is no pyspark or no Java."""
    pytest.importorskip("pyspark", reason="no pyspark: pip install 'willbuy[spark]'")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("no Java on the PATH and no JAVA_HOME: Spark needs Java 17")
    from willbuy.warehouse.spark.session import open_session

    return open_session("local[2]", SMALL, "1GB", tmp_path_factory.mktemp("spark"))


@pytest.fixture
def spark_warehouse(spark_session: "SparkSession", tmp_path: Path) -> Iterator["SparkWarehouse"]:
    """An empty warehouse on the session."""
    from willbuy.warehouse.duckdb import DuckDBWarehouse
    from willbuy.warehouse.spark.scratch import Scratch
    from willbuy.warehouse.spark.warehouse import SparkWarehouse

    desk = DuckDBWarehouse(None, threads=1)
    with SparkWarehouse(spark_session.newSession(), desk, Scratch(tmp_path / "scratch")) as warehouse:
        yield warehouse
