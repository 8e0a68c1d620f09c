"""Removing from a PostgreSQL server all that no finished ingest has made visible: an interrupted one will begin anew."""

from willbuy.events.postgres.first_load import drop_coming
from willbuy.events.postgres.keeping import FOLDER, remove_passing
from willbuy.events.postgres.server import IngestServer
from willbuy.shop import Shop
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.postgres.ledger import PostgresLedger


def drop_unfinished(server: IngestServer, shop: Shop) -> None:
    """Forget every source that is no part of the log, what was staged of it, and what lay here on its way."""
    ledger = PostgresLedger(server.main)
    for row in ledger.sources():
        if row.status != "done":
            ledger.forget_source(row.source)
    drop_coming(server.main)
    server.main.execute('TRUNCATE "staged", "staged_rejected", "staged_parts"')
    remove_passing(Layout(shop.home / FOLDER))
