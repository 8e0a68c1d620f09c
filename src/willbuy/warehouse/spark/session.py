"""Spark sessions: one Java process for this one, with the settings that our SQL depends on."""

import atexit
import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import EngineError
from willbuy.warehouse.spark.java import check_java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
"""What makes our SQL mean there what it means elsewhere. The shop file cannot change it."""

_OURS = {
    "spark.app.name": "willbuy",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.log.level": "ERROR",
}
_SOON = {"spark.sql.sources.parallelPartitionDiscovery.threshold": "2000"}
"""Files that are looked up here: a job of a task each would take longer."""

_LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def open_session(
    master: str, settings: Mapping[str, str], memory: str, scratch: Path | None = None
) -> "SparkSession":
    """A session of its own on this process's Spark, which is started where there is none yet.

    `memory` is what the driver may take, as in the shop file; `scratch` the folder for Spark's log and what does not fit
    into memory. Settings of a Spark that runs already (that of `spark-submit`) stay as they are, but for those that can
    be changed and the meaning of SQL. Raises EngineError without pyspark, without Java, or where Spark does not start.
    """
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(
            f"the engine spark needs pyspark ({error}): pip install 'willbuy[spark]', or set [storage] engine = \"duckdb\""
        ) from error
    clash = sorted(set(settings) & set(MEANING))
    if clash:
        raise EngineError(
            f"[storage.spark] sets {clash[0]}, on which the meaning of every query depends: leave it out"
        )
    context = SparkContext._active_spark_context or _start(
        _settings(master, settings, memory, scratch), scratch
    )
    session = SparkSession(context).newSession()
    for name, value in {**_SOON, **settings, **MEANING}.items():
        if session.conf.isModifiable(name):
            session.conf.set(name, value)
    return session


def settings_of(table: Mapping[str, str | int | bool | float]) -> dict[str, str]:
    """Settings of the shop file as Spark reads them.

    >>> settings_of({"spark.sql.shuffle.partitions": 8, "spark.speculation": True})
    {'spark.sql.shuffle.partitions': '8', 'spark.speculation': 'true'}
    """
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in table.items()
    }


def _settings(master: str, settings: Mapping[str, str], memory: str, scratch: Path | None) -> dict[str, str]:
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit has decided
        return {"spark.app.name": "willbuy", **MEANING}
    found = {**_OURS, "spark.master": master, "spark.driver.memory": spark_memory(memory)}
    if master.startswith("local"):
        found |= {**_LOCAL, "spark.sql.shuffle.partitions": str(max(8, 4 * _threads(master)))}
        if scratch is not None:
            found["spark.local.dir"] = str(scratch.absolute())
    return {**found, **settings, **MEANING}


def _threads(master: str) -> int:
    """How many tasks a local master runs at once."""
    found = re.fullmatch(r"local\[(\d+)(?:,.*)?\]", master)
    return int(found[1]) if found else 1 if master == "local" else os.cpu_count() or 1


def spark_memory(text: str) -> str:
    """An amount of memory as Spark writes it.

    >>> spark_memory("1500MB"), spark_memory("4 GiB")
    ('1500m', '4096m')
    """
    number, unit = re.fullmatch(r"([0-9.]+) ?([KMGT])i?B", text).groups()  # type: ignore[union-attr]
    return f"{max(512, int(float(number) * 1024 ** ('KMGT'.index(unit) - 1)))}m"


def _start(settings: Mapping[str, str], scratch: Path | None) -> Any:
    """Start Spark and its Java; what Java says goes to a log file, which is read where it says no."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # else spark-submit has started it
        check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    logging.getLogger("SQLQueryContextLogger").setLevel(
        logging.CRITICAL
    )  # it prints every fault with its trace
    warnings.filterwarnings("ignore", message=".*does not yet fully support pandas", category=FutureWarning)
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    with tempfile.TemporaryFile("w+", dir=scratch, errors="replace") as log:
        try:
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
            context = SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            log.seek(0)
            raise EngineError(
                f"Spark did not start ({settings['spark.master']}): {_why(error, log.read())}"
            ) from error
    atexit.register(context.stop)
    return context


def _why(error: Exception, log: str) -> str:
    """The line of the log that says what is wrong, or the error itself."""
    told = [line.strip() for line in log.splitlines() if re.search(r"Exception|Error|error:", line)]
    lines = told or [line for line in str(error).splitlines() if line.strip()]
    return f"{lines[0][:300] if lines else type(error).__name__}. Check [storage] master and [storage.spark]"
