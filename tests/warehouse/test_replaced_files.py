"""A query under which a file is replaced, by an erasure for instance, is asked again; any other error is told."""

from pathlib import Path

import duckdb
import pytest

from willbuy.warehouse.duckdb import DuckDBWarehouse


def test_a_query_is_asked_again_where_a_file_was_replaced(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS n) TO '{file}'")
    with DuckDBWarehouse(None) as warehouse:
        warehouse.watch([file, tmp_path / "missing.parquet"])
        sql = f"SELECT n FROM read_parquet('{file}')"
        assert warehouse.rows(sql) == [(1,)]
        execute, asked = warehouse.connection, []

        class Interrupted:
            """The engine, of whose first query the file is replaced on the way."""

            def execute(self, *arguments: object) -> object:
                asked.append(arguments)
                if len(asked) == 1:
                    duckdb.sql(f"COPY (SELECT 2 AS n) TO '{tmp_path}/new.parquet'")
                    (tmp_path / "new.parquet").replace(file)
                    raise duckdb.Error("bytes outside file")
                return execute.execute(*arguments)  # type: ignore[arg-type]

        warehouse.connection = Interrupted()  # type: ignore[assignment]
        assert warehouse.rows(sql) == [(2,)] and len(asked) == 2
        warehouse.connection = execute


def test_an_error_that_no_file_explains_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    file.write_text("no Parquet")
    with DuckDBWarehouse(None) as warehouse:
        warehouse.watch([file])
        with pytest.raises(duckdb.Error):
            warehouse.rows(f"SELECT * FROM read_parquet('{file}')")
