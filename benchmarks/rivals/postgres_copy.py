"""A bare COPY of the file into an unlogged staging table, and then the merge's own SQL over rows that were staged before, unmeasured.

That is what no ingest of this kind can do without: what ours takes more is for raw rows, checks and the ledger.

Usage: python -m benchmarks.rivals.postgres_copy CSV SHOP_TOML
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.house.side import Stages
from benchmarks.rivals.postgres_merge import merge_staged
from willbuy.events import presets
from willbuy.events.ingest import ingest
from willbuy.events.postgres import keeping, place
from willbuy.events.postgres.keeping import PostgresKeeping
from willbuy.events.postgres.server import IngestServer
from willbuy.events.typed import kind_names
from willbuy.shop import Shop, load_shop
from willbuy.warehouse.postgres.schema import schema_of

CHUNK = 1 << 18


class Staged(Exception):
    """Everything is staged; nothing is merged."""


def stage(shop: Shop) -> None:
    """Bring the typed rows to the server, as for a merge there, and stop the ingest before it."""

    def keep_there(server: Any, ledger: Any, *, first: bool) -> PostgresKeeping:
        return PostgresKeeping(server, ledger, first=False)

    with (
        patch.object(keeping, "publish", side_effect=Staged),
        patch.object(place, "PostgresKeeping", keep_there),
    ):
        try:
            ingest(shop)
        except Staged:
            return


def main(source: Path, shop_file: Path) -> None:
    """Copy, then merge."""
    shop = load_shop(shop_file)
    stage(shop)
    resolved = presets.resolve(shop.source)
    server = IngestServer(shop.storage, schema_of(shop))
    connection = server.main
    header = source.open(encoding="utf-8").readline().strip().split(",")
    columns = ", ".join(f'"{name}" text' for name in header)
    connection.execute(f"CREATE UNLOGGED TABLE bare ({columns})")
    connection.execute("CHECKPOINT")
    stages = Stages()
    with stages.stage("copy and merge"):
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy,
            source.open("rb") as file,
        ):
            while chunk := file.read(CHUNK):
                copy.write(chunk)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:

            def in_parallel(jobs: Any) -> Any:
                started = [(key, pool.submit(job)) for key, job in jobs]
                return ((key, made.result()) for key, made in started)

            merge_staged(server, in_parallel, kind_names(resolved), frozenset(resolved.columns))
    stages.done()
    server.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
