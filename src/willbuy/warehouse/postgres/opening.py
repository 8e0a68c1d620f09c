"""Open a shop's tables on a PostgreSQL server."""

import json
from functools import partial

from willbuy.errors import WillbuyError
from willbuy.shop import Shop
from willbuy.warehouse.postgres.connecting import connect, place_of
from willbuy.warehouse.postgres.explaining import explain_server
from willbuy.warehouse.postgres.migrating import version_of
from willbuy.warehouse.postgres.readers import read_along
from willbuy.warehouse.postgres.schema import schema_of
from willbuy.warehouse.postgres.warehouse import PostgresWarehouse


def open_postgres(shop: Shop) -> PostgresWarehouse:
    """A warehouse over the shop's schema.

    It shows the sources that were finished by now, and their events: what an ingest makes visible later is seen by the
    next warehouse. Raises WillbuyError where nothing was ingested yet, ServerError where the server is not there.
    """
    schema = schema_of(shop)
    with explain_server(), connect(shop.storage, schema=schema) as first:
        read_along(first)
        if version_of(first, schema) is None:
            raise WillbuyError(
                f"nothing was ingested yet: the schema {schema} of {place_of(first)} holds no tables of willbuy. "
                "Run: willbuy ingest"
            )
        done = first.execute(
            'SELECT "source", "sha256", "settings", "read", "accepted", "rejected", "duplicates", '
            '(SELECT "value" FROM "meta" WHERE "key" = \'generation\') '
            'FROM "sources" WHERE "status" = \'done\' ORDER BY 1'
        ).fetchall()
        if not done:
            raise WillbuyError(f"no ingest into the schema {schema} was finished yet. Run: willbuy ingest")
        newest = done[-1][0]
        return PostgresWarehouse(
            partial(connect, shop.storage, schema=schema),
            schema,
            shop.home,
            shop.storage.memory,
            shop.storage.threads,
            {"sources": f'"status" = \'done\' AND "source" <= {newest}', "events": f'"source" <= {newest}'},
            json.dumps(done),
        )
