"""Both stores by one door: SQLite files in a folder, or a schema of a server for that folder."""

import itertools
import os
from pathlib import Path
from typing import Protocol

from willbuy.store import LiveStore, Store
from willbuy.store.index import MERGE_AT

_NUMBERS = itertools.count()


class Opens(Protocol):
    """Opens the store of a folder; the same again for the same folder."""

    def __call__(self, home: Path, merge_at: int = MERGE_AT) -> LiveStore: ...


class Files:
    """Stores in files."""

    def __call__(self, home: Path, merge_at: int = MERGE_AT) -> LiveStore:
        return Store(home, merge_at=merge_at)

    def drop(self) -> None:
        """Nothing is left but files."""


class Schemas:
    """Stores on a server, a schema a folder; `address` is of who may make schemas."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.schemas: dict[Path, str] = {}

    def __call__(self, home: Path, merge_at: int = MERGE_AT) -> LiveStore:
        from willbuy.store.postgres.server import Server
        from willbuy.store.postgres.store import PostgresStore

        return PostgresStore(Server(self.address, self.schema(home)), home)

    def schema(self, home: Path) -> str:
        """The schema of a folder."""
        return self.schemas.setdefault(home, f"store_{os.getpid()}_{next(_NUMBERS)}")

    def drop(self) -> None:
        """Leave nothing on the server."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as admin:
            for schema in self.schemas.values():
                admin.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        self.schemas.clear()
