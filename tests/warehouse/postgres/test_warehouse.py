"""The warehouse on a server: what streams out is what went in, and working tables leave nothing behind."""

import math
import threading
import time
from datetime import datetime
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from warehouse.postgres.opened import opened
from willbuy.errors import ServerError, WillbuyError
from willbuy.warehouse.postgres.working import PREFIX

ODD = ["", None, 'a "quoted", one', "two\nlines\r\n", "Ä\x1f\\N", "NULL"]
DOUBLES = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, math.inf]


def working_tables(url: str, schema: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
            [schema, PREFIX],
        )
        return [name for (name,) in rows]


def test_rows_reach_the_desk_bit_for_bit(postgres_url: str, postgres_schema: str, tmp_path: Path) -> None:
    with opened(postgres_url, postgres_schema, tmp_path) as warehouse:
        frame = pd.DataFrame(
            {
                "n": pd.array([1, None, -(2**63), 2**63 - 1, 0, 5], dtype="Int64"),
                "x": DOUBLES,
                "text": ODD,
                "moment": pd.array([datetime(1969, 12, 31, 23, 59, 59, 999999)] * 6, dtype="datetime64[us]"),
                "yes": pd.array([True, False, None, True, True, True], dtype="boolean"),
            }
        )
        warehouse.put("odd", frame)
        warehouse.to_parquet('SELECT * FROM "odd"', tmp_path / "odd.parquet")
        found = warehouse.desk.rows(f"SELECT * FROM {warehouse.desk.parquet([tmp_path / 'odd.parquet'])}")
        assert [row[0] for row in found] == [1, None, -(2**63), 2**63 - 1, 0, 5]
        assert [row[1].hex() for row in found] == [value.hex() for value in DOUBLES]
        assert [row[2] for row in found] == ODD
        assert {row[3] for row in found} == {datetime(1969, 12, 31, 23, 59, 59, 999999)}
        assert [row[4] for row in found] == [True, False, None, True, True, True]
        assert found == warehouse.rows('SELECT * FROM "odd"')
        assert not list((tmp_path / "tmp").iterdir())


def test_rows_come_in_chunks_and_sums_are_whole_numbers(postgres_url: str, postgres_schema: str) -> None:
    with opened(postgres_url, postgres_schema) as warehouse:
        numbers = "SELECT CAST(n AS BIGINT) AS n FROM generate_series(1, 10) n"
        assert [len(rows) for rows in warehouse.chunks(numbers, 4)] == [4, 4, 2]
        [(total, mean)] = warehouse.rows(f"SELECT SUM(q.n), AVG(q.n) FROM ({numbers}) q WHERE q.n > ?", [5])
        assert (total, mean) == (40, 8.0)
        assert isinstance(total, int)
        with pytest.raises(WillbuyError, match="cast it"):
            warehouse.frame(f"SELECT AVG(q.n) AS mean FROM ({numbers}) q")


def test_a_query_that_fails_leaves_no_file(postgres_url: str, postgres_schema: str, tmp_path: Path) -> None:
    with opened(postgres_url, postgres_schema, tmp_path) as warehouse:
        late = "SELECT 1 / (n - 50000) AS n FROM generate_series(1, 60000) n"
        with pytest.raises(ServerError, match="division by zero"):
            warehouse.to_parquet(late, tmp_path / "never.parquet")
        assert not (tmp_path / "never.parquet").exists()
        assert not list((tmp_path / "tmp").iterdir())


def test_working_tables_are_seen_beside_and_gone_at_the_end(postgres_url: str, postgres_schema: str) -> None:
    with opened(postgres_url, postgres_schema) as warehouse, opened(postgres_url, postgres_schema) as other:
        warehouse.make("willbuy_shared", "SELECT 1 AS a")
        other.make("willbuy_shared", "SELECT 2 AS a")  # another command: a table of its own
        found: list[object] = []

        def work() -> None:
            with warehouse.beside() as beside:
                beside.make("willbuy_own", 'SELECT a + 10 AS a FROM "willbuy_shared"')
                found.extend(beside.rows('SELECT * FROM "willbuy_own"'))
                beside.drop("willbuy_own")

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert found == [(11,)]
        assert len(working_tables(postgres_url, postgres_schema)) == 2
        assert warehouse.has_rows("willbuy_shared")
    assert working_tables(postgres_url, postgres_schema) == []


def test_what_a_killed_command_left_is_swept_by_the_next(postgres_url: str, postgres_schema: str) -> None:
    killed, running = opened(postgres_url, postgres_schema), opened(postgres_url, postgres_schema)
    killed.make("willbuy_prepared", "SELECT 1 AS a")
    running.make("willbuy_prepared", "SELECT 2 AS a")
    killed.connection.close()  # as a process that dies: nothing is dropped
    gone = f"SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = {killed.working.token}"
    while running.rows(gone) != [(0,)]:
        pass
    with opened(postgres_url, postgres_schema):
        assert working_tables(postgres_url, postgres_schema) == [f"{PREFIX}_{running.working.token}_prepared"]
    assert running.rows('SELECT * FROM "willbuy_prepared"') == [(2,)]
    running.close()


def test_a_table_that_is_still_being_made_hinders_no_other_connection(
    postgres_url: str, postgres_schema: str, tmp_path: Path
) -> None:
    with opened(postgres_url, postgres_schema, tmp_path) as warehouse:
        with warehouse.beside() as maker:
            slow = threading.Thread(
                target=maker.make, args=("willbuy_slow", "SELECT 1 AS a FROM pg_sleep(2)")
            )
            slow.start()
            while "willbuy_slow" not in warehouse.working.tables:
                time.sleep(0.01)
            with warehouse.beside() as early, pytest.raises(ServerError, match="willbuy_slow"):
                assert slow.is_alive()
                early.rows('SELECT a FROM "willbuy_slow"')
            slow.join()
            with warehouse.beside() as late:
                assert late.rows('SELECT a FROM "willbuy_slow"') == [(1,)]
        warehouse.drop("willbuy_slow")
