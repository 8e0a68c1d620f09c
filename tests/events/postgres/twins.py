"""One log, ingested by DuckDB and by PostgreSQL: every table must hold the same rows, keys included."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from events.shops import SOURCE
from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.events.ingest import ingest
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse

Rows = list[tuple[Any, ...]]

TABLES = {
    "events": ", ".join(f'"{name}"' for name in EVENTS_COLUMNS),
    "entities": '"entity_key", "entity"',
    "items": '"item_key", "item"',
    "events_raw": '"source", "line", "raw", "fault"',
    "rejected": '"source", "line", "rule", "field", "value", "raw"',
    "sources": '"source", "path", "sha256", "bytes", "format", "read", "accepted", "rejected", "duplicates"',
}


def twin(folder: Path, url: str, schema: str, **source: Any) -> Shop:
    """The shop of the same log whose engine is PostgreSQL; its home lies beside the other's."""
    storage = {"engine": "postgres", "url": url, "schema": schema, "home": ".willbuy-postgres", "threads": 2}
    content = {
        "source": {**SOURCE, **source},
        "target": {"within": "7d"},
        "storage": storage,
        "folder": folder,
    }
    return Shop.model_validate(content)


def by_duckdb(shop: Shop) -> dict[str, Rows]:
    """Every table of a shop, sorted."""
    with open_warehouse(shop) as warehouse:
        return {
            name: _sorted(warehouse.rows(f"SELECT {columns} FROM {name}")) for name, columns in TABLES.items()
        }


def by_postgres(url: str, schema: str) -> dict[str, Rows]:
    """Every table of a schema, sorted, as anybody reads it there."""
    with psycopg.connect(url, options=f"-c search_path={schema}") as connection:
        return {
            name: _sorted(connection.execute(f'SELECT {columns} FROM "{name}"').fetchall())  # type: ignore[arg-type]
            for name, columns in TABLES.items()
        }


def _sorted(rows: Sequence[tuple[Any, ...]]) -> Rows:
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row])


def both(one: Shop, other: Shop, *files: str) -> None:
    """Ingest the same files on both sides: the accounts are the same, but for the time it took."""
    accounts = []
    for shop in (one, other):
        account = ingest(shop, [str(shop.folder / file) for file in files]).to_json()
        account.pop("seconds")
        accounts.append(account)
    assert accounts[0] == accounts[1]


def assert_twins(one: Shop, url: str, schema: str) -> None:
    """Every table of both sides is the same."""
    here, there = by_duckdb(one), by_postgres(url, schema)
    for name in TABLES:
        assert there[name] == here[name], name
