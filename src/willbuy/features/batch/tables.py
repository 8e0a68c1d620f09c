"""The tables that batch makes for itself and drops when it is done."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse

PREPARED = "willbuy_prepared"  # the events, with what the features need beside them
ITEM_FACTS = "willbuy_item_facts"  # item x day
LATE = "willbuy_late"  # events that became known after they happened
LATE_PAIRS = "willbuy_late_pairs"  # anchors at which some event had happened but was not yet known
LATE_PREPARED = "willbuy_late_prepared"  # the events of those anchors, as they were known
ALL = (PREPARED, ITEM_FACTS, LATE, LATE_PAIRS, LATE_PREPARED)


def make(warehouse: "DuckDBWarehouse", name: str, sql: str) -> None:
    """Make a temporary table from a query, in place of one of the same name."""
    drop(warehouse, name)
    warehouse.execute(f"CREATE TEMPORARY TABLE {warehouse.dialect.identifier(name)} AS\n{sql}")


def drop(warehouse: "DuckDBWarehouse", *names: str) -> None:
    """Drop tables, where they exist."""
    for name in names:
        warehouse.execute(f"DROP TABLE IF EXISTS {warehouse.dialect.identifier(name)}")


def is_empty(warehouse: "DuckDBWarehouse", name: str) -> bool:
    """Whether a table has no row."""
    return not warehouse.rows(f"SELECT 1 FROM {warehouse.dialect.identifier(name)} LIMIT 1")
