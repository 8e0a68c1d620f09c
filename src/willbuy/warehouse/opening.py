"""Open a shop's tables: one view a table, over the files that the ledger names."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.events.canonical import EVENTS_TYPES
from willbuy.shop import Shop
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow

_REJECTED = {
    "source": "INTEGER",
    "line": "BIGINT",
    "rule": "VARCHAR",
    "field": "VARCHAR",
    "value": "VARCHAR",
    "raw": "VARCHAR",
}
_TABLES = {
    "events": EVENTS_TYPES,
    "entities": {"entity_key": "BIGINT", "entity": "VARCHAR"},
    "items": {"item_key": "BIGINT", "item": "VARCHAR"},
}


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
    if not sources:
        raise WillbuyError(f"no ingest into {layout.home} was finished yet. Run: willbuy ingest")
    warehouse = DuckDBWarehouse(shop.home, shop.storage.memory, shop.storage.threads)
    warehouse.state = repr(files)
    named = [
        *(file.file for file in files),
        *(part.bronze for part in parts),
        *(part.rejects for part in parts),
    ]
    warehouse.watch(layout.home / name for name in named if name)
    for table, columns in _TABLES.items():
        found = [file.file for file in files if file.name == table]
        rows = _typed(warehouse, layout.home, found, columns) if found else _nothing(columns)
        warehouse.execute(f"CREATE VIEW {table} AS {rows}")
    events = [file for file in files if file.name == "events"]
    if events:
        warehouse.event_files = {file.bucket: layout.home / file.file for file in events}
        warehouse.event_columns = _columns(warehouse, layout.home, events[0].file, EVENTS_TYPES)
    _sources(warehouse, sources)
    _raw(warehouse, layout.home, parts)
    conflicts = [file.file for file in files if file.name.startswith("conflicts")]
    _rejected(warehouse, layout.home, [part.rejects for part in parts if part.rejects], conflicts)
    return warehouse


def _parquet(warehouse: DuckDBWarehouse, home: Path, files: Sequence[str], options: str = "") -> str:
    paths = ", ".join(warehouse.dialect.text(str(home / file)) for file in files)
    return f"read_parquet([{paths}], hive_partitioning = false{options})"


def _typed(warehouse: DuckDBWarehouse, home: Path, files: Sequence[str], columns: Mapping[str, str]) -> str:
    """All of a table's columns, from files that leave out those that the log does not have."""
    return f"SELECT {_columns(warehouse, home, files[0], columns)} FROM {_parquet(warehouse, home, files)}"


def _columns(warehouse: DuckDBWarehouse, home: Path, file: str, columns: Mapping[str, str]) -> str:
    """A table's columns as a SELECT makes them of a file such as this one: nulls where the log has none."""
    described = warehouse.rows(f"DESCRIBE SELECT * FROM {_parquet(warehouse, home, [file])}")
    there = {name for name, *_ in described}
    return ", ".join(
        name if name in there else f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items()
    )


def _nothing(columns: Mapping[str, str]) -> str:
    """A table of these columns without rows: of a log that was read and held none."""
    return (
        f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {name}' for name, kind in columns.items())} WHERE false"
    )


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
    selects = []
    if rejects:
        selects.append(f"SELECT * FROM {_parquet(warehouse, home, rejects)}")
    if conflicts:
        selects.append(
            "SELECT source, line, 'event_id_conflict' AS rule, 'event_id' AS field, value, raw "
            f"FROM {_parquet(warehouse, home, conflicts)} JOIN events_raw USING (source, line)"
        )
    warehouse.execute(f"CREATE VIEW rejected AS {' UNION ALL '.join(selects) or _nothing(_REJECTED)}")


def _raw(warehouse: DuckDBWarehouse, home: Path, parts: Sequence[Part]) -> None:
    warehouse.execute("CREATE TABLE raw_parts (file VARCHAR, source INTEGER, first_line BIGINT)")
    columns = (
        [str(home / part.bronze) for part in parts],
        [p.source for p in parts],
        [p.first_line for p in parts],
    )
    warehouse.execute("INSERT INTO raw_parts SELECT unnest(?), unnest(?), unnest(?)", columns)
    options = ", filename = true, file_row_number = true"
    warehouse.execute(
        "CREATE VIEW events_raw AS SELECT p.source, p.first_line + r.file_row_number AS line, r.raw, r.fault "
        f"FROM {_parquet(warehouse, home, [part.bronze for part in parts], options)} AS r "
        "JOIN raw_parts AS p ON p.file = r.filename WHERE r.raw IS NOT NULL"
    )
