"""Open a shop's tables on Spark: one view a table, over the files that the ledger names."""

from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.shop import Shop
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.faults import spark_faults
from willbuy.warehouse.spark.scratch import Scratch, own_folder
from willbuy.warehouse.spark.session import open_session, settings_of
from willbuy.warehouse.spark.tables import COLUMNS, layout_of, read_files
from willbuy.warehouse.spark.warehouse import SparkWarehouse

_SOURCES = {
    "source": "INT",
    "path": "STRING",
    "sha256": "STRING",
    "bytes": "BIGINT",
    "format": "STRING",
    "read": "BIGINT",
    "accepted": "BIGINT",
    "rejected": "BIGINT",
    "duplicates": "BIGINT",
}


def open_spark(shop: Shop) -> SparkWarehouse:
    """A warehouse with the views `events`, `entities`, `items`, `sources`, `events_raw` and `rejected`.

    It shows the tables as of now: an ingest that ends later is seen by the next one that is opened. Raises WillbuyError
    where nothing was ingested yet, EngineError where Spark does not start.
    """
    layout = layout_of(shop.home)
    if not layout.ledger.exists():
        raise WillbuyError(
            f"nothing was ingested yet: there is no ledger in {layout.home}. Run: willbuy ingest"
        )
    with Ledger(layout.ledger, read_only=True) as ledger:
        sources, files = ledger.sources("done"), ledger.files()
    if not sources:
        raise WillbuyError(f"no ingest into {layout.home} was finished yet. Run: willbuy ingest")
    storage = shop.storage
    scratch = own_folder(layout.temporary)
    session = open_session(storage.master, settings_of(storage.spark), storage.memory, scratch)
    desk = DuckDBWarehouse(shop.home, storage.memory, storage.threads)
    warehouse = SparkWarehouse(session, desk, Scratch(scratch), shop.home)
    warehouse.state = repr(files)
    with spark_faults("Spark cannot read the shop's tables"):
        for table in COLUMNS:
            named = [file for file in files if file.name == table]
            read_files(session, layout, table, named).createOrReplaceTempView(table)
            if table == "entities":
                _at_desk(desk, [layout.home / file.file for file in named])
        rows = [tuple(getattr(row, name) for name in _SOURCES) for row in sources]
        schema = ", ".join(f"`{name}` {kind}" for name, kind in _SOURCES.items())
        session.createDataFrame(rows, schema).createOrReplaceTempView("sources")
    return warehouse


def _at_desk(desk: DuckDBWarehouse, files: Sequence[Path]) -> None:
    """The table `entities` at the desk, where snapshots are put in order: what Spark computes goes there without texts."""
    nothing = "SELECT CAST(NULL AS BIGINT) AS entity_key, CAST(NULL AS VARCHAR) AS entity WHERE false"
    rows = f"SELECT entity_key, entity FROM {desk.parquet(files)}" if files else nothing
    desk.execute(f"CREATE VIEW entities AS {rows}")
