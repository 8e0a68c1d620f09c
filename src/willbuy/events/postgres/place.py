"""The place of the engine `postgres`: a schema of the server, and a folder for files on their way there."""

from collections.abc import Iterator
from contextlib import contextmanager

from willbuy.events.postgres.keeping import FOLDER, PostgresKeeping, remove_passing
from willbuy.events.postgres.server import server_of
from willbuy.shop import Shop
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.postgres.connecting import address_of
from willbuy.warehouse.postgres.explaining import explain_server
from willbuy.warehouse.postgres.ledger import PostgresLedger


@contextmanager
def postgres_place(shop: Shop) -> Iterator[tuple[Layout, PostgresLedger, PostgresKeeping]]:
    """Reach the server and hold the shop's schema. Whatever fails there is said in one line (ServerError)."""
    layout = Layout(shop.home / FOLDER)
    with explain_server(address_of(shop.storage)), server_of(shop) as server:
        layout.temporary.mkdir(parents=True, exist_ok=True)
        ledger = PostgresLedger(server.main)
        keeping = PostgresKeeping(server, ledger, first=ledger.generation == 0)
        try:
            yield layout, ledger, keeping
        finally:
            remove_passing(layout, [*layout.staged(0).parent.glob("*")] if keeping.first else [])
