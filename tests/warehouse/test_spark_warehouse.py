"""Spark as an engine: the dialect means what DuckDB's means, working tables come and go, results lie on this machine."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from willbuy.errors import EngineError
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.spark.warehouse import SparkWarehouse

MOMENT = datetime(1969, 12, 31, 23, 59, 59, 999_999)
TEXTS = ("plain", "it's", 'say "a"', "back\\slash \\' \\n", "new\nline", "ä € 😀", "")
FRAME = pd.DataFrame(
    {
        "n": pd.array([3, None, 1], dtype="Int64"),
        "text": pd.array(["b", "\U00010000", "\uffff"], dtype="string"),
        "moment": pd.array([MOMENT, None, datetime(9999, 12, 31)], dtype="datetime64[us]"),
        "real": [0.1, None, -2.5],
        "flag": pd.array([True, None, False], dtype="boolean"),
    }
)


def expressions(dialect: Dialect) -> list[str]:
    """What a dialect writes its own way, over a column of moments, one of texts and one of numbers."""
    moment, n = '"moment"', '"n"'
    return [
        dialect.microseconds(moment),
        dialect.earlier(moment, 86_400_000_001),
        dialect.earlier(moment, -1),
        dialect.whole(f"({n} + 10)", 3),
        dialect.real(0.1),
        f"{n} / {dialect.real(3)}",
        f"CAST({dialect.md5_number('COALESCE(text, chr(30))')} AS {dialect.string})",
        dialect.replaced("'07-ab1.x'", "[A-Za-z0-9]*([A-Za-z][0-9]|[0-9][A-Za-z])[A-Za-z0-9]*", "#"),
        f"CAST({n} AS {dialect.string})",
        f"{moment} < {dialect.timestamp(datetime(1970, 1, 1))}",
        'GREATEST("moment", ' + dialect.timestamp(datetime(1970, 1, 1)) + ")",
        *(dialect.text(text) for text in TEXTS),
    ]


def answers(warehouse: Any) -> list[tuple[Any, ...]]:
    warehouse.put("given", FRAME)
    chosen = ", ".join(
        f"{sql} AS {warehouse.dialect.identifier(f'x{place}')}"
        for place, sql in enumerate(expressions(warehouse.dialect))
    )
    order = warehouse.dialect.in_text_order('"text"')
    rows: list[tuple[Any, ...]] = warehouse.rows(f'SELECT {chosen} FROM "given" ORDER BY {order}')
    return rows


def test_dialect(spark_warehouse: SparkWarehouse) -> None:
    """Every expression has DuckDB's value and type, in order of the texts' bytes."""
    ours = answers(DuckDBWarehouse(None))
    assert answers(spark_warehouse) == ours
    assert [row[-len(TEXTS) :] for row in ours] == [TEXTS] * len(FRAME)


def test_working_tables(spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """A table is made anew, read beside, dropped with its files; a query's rows become one local file, in order."""
    spark_warehouse.make("numbers", 'SELECT "id" AS "n" FROM range(10)')
    spark_warehouse.make("numbers", 'SELECT "n" * 2 AS "n" FROM "numbers" WHERE "n" > 3')
    beside = spark_warehouse.beside()
    assert beside.has_rows("numbers")
    beside.close()
    path = tmp_path / "out" / "numbers.parquet"
    spark_warehouse.to_parquet('SELECT "n" FROM "numbers" ORDER BY "n" DESC', path)
    desk = spark_warehouse.desk
    assert desk.rows(f"SELECT n FROM {desk.parquet([path])}") == [(n,) for n in range(18, 7, -2)]
    assert list(spark_warehouse.chunks('SELECT "n" FROM "numbers" ORDER BY "n"', 4))[1] == [(16,), (18,)]
    spark_warehouse.drop("numbers", "never")
    with pytest.raises(EngineError, match="numbers"):
        spark_warehouse.rows('SELECT * FROM "numbers"')
    assert not list((tmp_path / "scratch").rglob("*.parquet"))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_frames(spark_warehouse: SparkWarehouse) -> None:
    """A frame has the types that DuckDB gives."""
    duck = DuckDBWarehouse(None)
    for warehouse in (duck, spark_warehouse):
        warehouse.put("given", FRAME)
    sql = 'SELECT * FROM "given" WHERE "real" IS NOT NULL ORDER BY "real"'
    pd.testing.assert_frame_equal(spark_warehouse.frame(sql), duck.frame(sql))


def test_nothing_half_written(spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """A task that fails in the middle: one line that says what, no file, no table, and Spark goes on."""
    failing = 'SELECT 1 / CAST("id" - 700 AS INT) AS "x" FROM range(1000)'
    path = tmp_path / "out" / "x.parquet"
    with pytest.raises(EngineError, match=r"^Spark broke off while it wrote a result: .*[Dd]ivi[^\n]*$"):
        spark_warehouse.to_parquet(failing, path)
    with pytest.raises(EngineError, match=r"^Spark broke off while it made the table half: [^\n]*$"):
        spark_warehouse.make("half", failing)
    assert not path.parent.exists() or not list(path.parent.iterdir())
    assert not list((tmp_path / "scratch").rglob("*.parquet"))
    assert spark_warehouse.rows("SELECT 1") == [(1,)]


def test_workers_map_rows_in_order(spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """Python work on a query's rows: its files, read in order, hold the query's order."""

    def work(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"text": [f"n{n}" for n in frame["n"]], "half": frame["n"] / 2})

    files = spark_warehouse.map_to_files(
        'SELECT "id" AS "n" FROM range(0, 4000, 1, 4) ORDER BY "id" DESC',
        work,
        {"text": "VARCHAR", "half": "DOUBLE"},
        tmp_path / "mapped",
    )
    rows = spark_warehouse.desk.rows(f"SELECT * FROM {spark_warehouse.desk.parquet(files)}")
    assert rows == [(f"n{n}", n / 2) for n in range(3999, -1, -1)]


def test_a_worker_that_is_killed(spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """One line that says so, nothing half-written, and Spark goes on."""

    def dies(frame: pd.DataFrame) -> pd.DataFrame:
        import os
        import signal

        if (frame["id"] == 3999).any():
            os.kill(os.getpid(), signal.SIGKILL)
        return frame

    with pytest.raises(EngineError, match=r"^Spark broke off[^\n]*A worker died[^\n]*run the command again$"):
        spark_warehouse.map_to_files(
            "SELECT * FROM range(0, 4000, 1, 4)", dies, {"id": "BIGINT"}, tmp_path / "mapped"
        )
    assert [place.name for place in tmp_path.iterdir()] in ([], ["scratch"])
    assert not list(tmp_path.rglob("*.parquet"))
    assert spark_warehouse.rows("SELECT 1") == [(1,)]
