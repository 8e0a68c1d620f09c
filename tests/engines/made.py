"""One log, ingested by each engine into tables of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from parity.shops import HEADER, SHOP, write_late_log
from postgres import fresh_schema
from willbuy.events.ingest import ingest
from willbuy.shop import Shop, load_shop

ENGINES = ("duckdb", "postgres", "spark")


@dataclass(frozen=True)
class Log:
    """The files of a log in a folder: late events, duplicates, several events of one moment, sessions that overlap."""

    folder: Path
    text: str  # of the shop file, without [storage]

    def shop(self, storage: str) -> Shop:
        """A shop of the log in a folder of its own, not ingested yet."""
        home = self.folder / f"shop-{len(list(self.folder.glob('shop-*')))}"
        home.mkdir()
        for file in self.folder.glob("*.csv"):
            (home / file.name).symlink_to(file)
        (home / "shop.toml").write_text(f"{self.text}\n[storage]\n{storage}\n", encoding="utf-8")
        return load_shop(home / "shop.toml")


def late_log(folder: Path, entities: int, within: str = "2d", seed: int = 1) -> Log:
    """A random log of about ten events an entity."""
    write_late_log(folder, entities, seed)
    columns = ", ".join(f'{name} = "{name}"' for name in HEADER)
    return Log(folder, SHOP % (columns, within))


@contextmanager
def storage_of(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """What `[storage]` says of an engine; with PostgreSQL of a schema that stands while the context lasts."""
    if engine == "postgres":
        url = request.getfixturevalue("postgres_url")
        with fresh_schema(request.getfixturevalue("postgres_admin")) as schema:
            yield f'engine = "postgres"\nurl = "{url}"\nschema = "{schema}"'
    elif engine == "spark":
        request.getfixturevalue("spark_session")
        yield 'engine = "spark"\nmaster = "local[2]"'
    else:
        yield 'engine = "duckdb"'


@contextmanager
def ingested(log: Log, engine: str, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The log's shop on an engine."""
    with storage_of(engine, request) as storage:
        shop = log.shop(storage)
        ingest(shop)
        yield shop
        shutil.rmtree(shop.folder, ignore_errors=True)
