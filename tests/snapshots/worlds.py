"""Small shops for the tests of snapshots: a warehouse in memory, a shop file without a file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from features.engines import fill
from willbuy.features.live import Event
from willbuy.shop import Shop
from willbuy.warehouse.duckdb import DuckDBWarehouse


@contextmanager
def warehouse_of(log: Mapping[str, Sequence[Event]]) -> Iterator[DuckDBWarehouse]:
    """A warehouse in memory that holds the log."""
    with DuckDBWarehouse(None) as warehouse:
        fill(warehouse, log)
        yield warehouse


def shop_of(folder: Path, within: str = "2d", **sections: Any) -> Shop:
    """A shop whose state lies in a folder."""
    return Shop.model_validate({"source": {}, "target": {"within": within}, "folder": folder, **sections})
