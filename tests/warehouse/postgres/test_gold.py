"""Gold: the snapshots of the newest training, all of them or the old ones."""

from pathlib import Path

import pytest

from warehouse.postgres.opened import opened
from warehouse.postgres.test_warehouse import working_tables
from willbuy.errors import ServerError
from willbuy.warehouse.postgres.warehouse import PostgresWarehouse


def rows(anchor: int, views: str = "CAST(e.entity_key AS BIGINT)") -> str:
    """Snapshots of both entities at an anchor, as a task writes them."""
    return (
        f'SELECT e.entity_key, {views} AS "count_view_7d", TIMESTAMP \'2015-09-{anchor:02}\' AS "anchor", '
        'CAST(1 AS SMALLINT) AS "label" FROM entities e'
    )


def build(warehouse: PostgresWarehouse, folder: Path, *queries: str) -> None:
    """A training's snapshots, a file a query."""
    with warehouse.gold():
        for number, query in enumerate(queries):
            warehouse.snapshots_to_parquet(query, folder / f"{number}.parquet")


@pytest.fixture
def warehouse(postgres_url: str, postgres_schema: str, tmp_path: Path) -> PostgresWarehouse:
    found = opened(postgres_url, postgres_schema, tmp_path)
    found.execute("CREATE TABLE entities (entity_key bigint, entity text)")
    found.execute("INSERT INTO entities VALUES (1, 'ann'), (2, 'bob')")
    return found


def test_snapshots_are_a_table_and_the_newest_of_each_entity_a_view(
    warehouse: PostgresWarehouse, tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    with warehouse:
        build(warehouse, tmp_path, rows(1), rows(8) + " WHERE e.entity = 'ann'")
        kept = "SELECT entity_key, CAST(anchor AS DATE) - DATE '2015-09-01', label, \"count_view_7d\" FROM snapshots"
        assert sorted(warehouse.rows(kept)) == [(1, 0, 1, 1), (1, 7, 1, 1), (2, 0, 1, 2)]
        newest = "SELECT entity, EXTRACT(day FROM anchor) FROM customer_features"
        assert sorted(warehouse.rows(newest)) == [("ann", 8), ("bob", 1)]
        files = [tmp_path / "0.parquet", tmp_path / "1.parquet"]
        assert warehouse.desk.rows(f"SELECT COUNT(*) FROM {warehouse.desk.parquet(files)}") == [(3,)]
    assert working_tables(postgres_url, postgres_schema) == []


def test_the_next_training_replaces_them_and_what_others_made_on_them_stays(
    warehouse: PostgresWarehouse, tmp_path: Path
) -> None:
    with warehouse:
        build(warehouse, tmp_path, rows(1))
        warehouse.execute("CREATE VIEW theirs AS SELECT COUNT(*) AS n, MAX(anchor) AS newest FROM snapshots")
        build(warehouse, tmp_path, rows(8), rows(15))
        assert warehouse.rows("SELECT n, EXTRACT(day FROM newest) FROM theirs") == [(4, 15)]
        other = rows(1, "CAST(0.5 AS DOUBLE PRECISION)")
        with pytest.raises(
            ServerError, match="theirs"
        ):  # of other columns: a view of the old ones stands in the way
            build(warehouse, tmp_path, other)
        assert warehouse.rows("SELECT n FROM theirs") == [(4,)]
        warehouse.execute("DROP VIEW theirs")
        build(warehouse, tmp_path, other)
        assert warehouse.rows("SELECT DISTINCT count_view_7d FROM customer_features") == [(0.5,)]


def test_a_training_that_fails_leaves_the_old_ones(
    warehouse: PostgresWarehouse, tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    with warehouse:
        build(warehouse, tmp_path, rows(1))
        with pytest.raises(ServerError, match="division by zero"):
            build(warehouse, tmp_path, rows(8), rows(15, "1 / (e.entity_key - 2)"))
        assert warehouse.rows("SELECT COUNT(*), COUNT(DISTINCT anchor) FROM snapshots") == [(2, 1)]
        assert working_tables(postgres_url, postgres_schema) == []


def test_snapshots_of_other_work_are_not_kept(warehouse: PostgresWarehouse, tmp_path: Path) -> None:
    with warehouse:
        warehouse.snapshots_to_parquet(rows(1), tmp_path / "0.parquet")
        assert warehouse.rows("SELECT to_regclass('snapshots')") == [(None,)]
