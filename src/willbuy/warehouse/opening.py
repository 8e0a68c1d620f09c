"""Open a shop's tables: one view a table, over the files that the ledger names."""

from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.shop import Shop
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow

_NO_REJECTS = (
    "SELECT CAST(NULL AS INTEGER) AS source, CAST(NULL AS BIGINT) AS line, CAST(NULL AS VARCHAR) AS rule, "
    "CAST(NULL AS VARCHAR) AS field, CAST(NULL AS VARCHAR) AS value, CAST(NULL AS VARCHAR) AS raw WHERE false"
)


def open_tables(shop: Shop) -> DuckDBWarehouse:
    """A warehouse with the views `events`, `entities`, `items`, `sources`, `events_raw` and `rejected`.

    It shows the tables as of now: an ingest that ends later is seen by the next one that is opened.
    """
    layout = Layout(shop.home)
    if not layout.ledger.exists():
        raise WillbuyError(
            f"nothing was ingested yet: there is no ledger in {layout.home}. Run: willbuy ingest"
        )
    with Ledger(layout.ledger, read_only=True) as ledger:
        sources = ledger.sources("done")
        files = ledger.files()
        parts = [part for source in sources for part in ledger.parts(source.source)]
    if not files:
        raise WillbuyError(f"no ingest into {layout.home} was finished yet. Run: willbuy ingest")
    warehouse = DuckDBWarehouse(shop.home, shop.storage.memory, shop.storage.threads)
    for table in ("events", "entities", "items"):
        rows = _parquet(warehouse, layout.home, [file.file for file in files if file.name == table])
        warehouse.execute(f"CREATE VIEW {table} AS SELECT * FROM {rows}")
    rejects = [part.rejects for part in parts if part.rejects] + [
        f.file for f in files if f.name == "conflicts"
    ]
    rejected = f"SELECT * FROM {_parquet(warehouse, layout.home, rejects)}" if rejects else _NO_REJECTS
    warehouse.execute(f"CREATE VIEW rejected AS {rejected}")
    _sources(warehouse, sources)
    _raw(warehouse, layout.home, parts)
    return warehouse


def _parquet(warehouse: DuckDBWarehouse, home: Path, files: Sequence[str], options: str = "") -> str:
    paths = ", ".join(warehouse.dialect.text(str(home / file)) for file in files)
    return f"read_parquet([{paths}], hive_partitioning = false{options})"


def _sources(warehouse: DuckDBWarehouse, sources: Sequence[SourceRow]) -> None:
    warehouse.execute(
        "CREATE TABLE sources (source INTEGER, path VARCHAR, sha256 VARCHAR, bytes BIGINT, format VARCHAR, "
        "read BIGINT, accepted BIGINT, rejected BIGINT, duplicates BIGINT)"
    )
    for row in sources:
        values = [row.source, row.path, row.sha256, row.bytes, row.format]
        values += [row.read, row.accepted, row.rejected, row.duplicates]
        warehouse.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _rejected(
    warehouse: DuckDBWarehouse, home: Path, rejects: Sequence[str], conflicts: Sequence[str]
) -> None:
    """Rows refused when they were read, and those refused when they were merged: an event id with another content."""
    rows = f"SELECT * FROM {_parquet(warehouse, home, rejects)}" if rejects else _NO_REJECTS
    if conflicts:
        late = _parquet(warehouse, home, conflicts)
        rows += (
            " UNION ALL SELECT source, line, 'event_id_conflict' AS rule, 'event_id' AS field, value, raw "
            f"FROM {late} JOIN events_raw USING (source, line)"
        )
    warehouse.execute(f"CREATE VIEW rejected AS {rows}")


def _raw(warehouse: DuckDBWarehouse, home: Path, parts: Sequence[Part]) -> None:
    warehouse.execute("CREATE TABLE raw_parts (file VARCHAR, source INTEGER, first_line BIGINT)")
    for part in parts:
        values = [str(home / part.bronze), part.source, part.first_line]
        warehouse.execute("INSERT INTO raw_parts VALUES (?, ?, ?)", values)
    rows = _parquet(
        warehouse, home, [part.bronze for part in parts], ", filename = true, file_row_number = true"
    )
    warehouse.execute(
        "CREATE VIEW events_raw AS SELECT p.source, p.first_line + r.file_row_number AS line, r.raw, r.fault "
        f"FROM {rows} AS r JOIN raw_parts AS p ON p.file = r.filename WHERE r.raw IS NOT NULL"
    )
