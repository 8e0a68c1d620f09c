"""Prints of tables: by their rows, not by their order; another value, row or repetition gives another."""

import pytest

from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.table_prints import PRINTED, table_prints

ROWS = [(1, "a,b", None), (2, "", "quote"), (3, "c", None), (3, "c", None)]


def print_of(rows: list[tuple[int, str | None, str | None]]) -> dict[str, object]:
    with DuckDBWarehouse(None) as warehouse:
        for table, columns in PRINTED.items():
            warehouse.execute(f"CREATE TABLE {table} ({', '.join(f'{name} VARCHAR' for name in columns)})")
        for row in rows:
            warehouse.execute("INSERT INTO events_raw VALUES (?, ?, ?)", row)
        return table_prints(warehouse)["events_raw"]


def test_order_says_nothing() -> None:
    assert print_of(ROWS) == print_of(ROWS[::-1])


@pytest.mark.parametrize(
    "other",
    [
        ROWS[:-1],
        [*ROWS[:-1], (4, "c", None)],
        [*ROWS[:-1], (3, "c", "")],
        [*ROWS[:-1], (3, "cNone", None)],
        [(1, "a", "b"), *ROWS[1:]],
        [*ROWS, (9, None, None)],
    ],
)
def test_another_row_gives_another_print(other: list[tuple[int, str | None, str | None]]) -> None:
    assert print_of(other) != print_of(ROWS)
