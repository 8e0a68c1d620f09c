"""Engines of one thread each for work that goes on side by side."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import duckdb

from willbuy.events.workbench import share_of
from willbuy.shop.common import Common
from willbuy.warehouse.duckdb import DuckDBWarehouse

MOST_WORKERS = 2
"""Engines that rewrite parts side by side: each holds a part's row group in memory."""

Engines = Callable[[], duckdb.DuckDBPyConnection]
"""Gives the engine of the thread that asks."""


def in_parallel(jobs: Iterable[Callable[[], int]]) -> int:
    """Do jobs side by side, and add up what they return. The first error is raised once the others have ended."""
    with ThreadPoolExecutor(MOST_WORKERS) as pool:
        return sum(future.result() for future in [pool.submit(job) for job in jobs])


@contextmanager
def some_engines(shop: Common) -> Iterator[Engines]:
    """An engine for every thread that asks, with its share of the shop's memory."""
    own = threading.local()
    with ExitStack() as open_ones:

        def engine() -> duckdb.DuckDBPyConnection:
            if not hasattr(own, "engine"):
                memory = share_of(shop.storage.memory, MOST_WORKERS + 1)
                own.engine = open_ones.enter_context(DuckDBWarehouse(shop.home, memory, threads=1)).connection
            found: duckdb.DuckDBPyConnection = own.engine
            return found

        yield engine
