"""A shop whose service keeps what it is sent on a PostgreSQL server, and its processes."""

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from postgres import ROLE
from willbuy.shop import Common

WORDS = ("--run", "0001", "--allow-unproven", "--no-load")


def moved(shop: Common, folder: Path, url: str, schema: str) -> Path:
    """A copy of a shop with its runs, its live side on the server."""
    shutil.copytree(shop.folder, folder, ignore=shutil.ignore_patterns("live", "events.csv"))
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(storage(url, schema))
    return folder


@contextlib.contextmanager
def schema(admin: str, name: str) -> Iterator[None]:
    """A schema of the tests' role, dropped at the end."""
    import psycopg

    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {ROLE}")
    yield
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def storage(url: str, schema: str) -> str:
    """The section of a shop file."""
    return f'\n[storage]\nengine = "postgres"\nurl = {json.dumps(url)}\nschema = "{schema}"\n'


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(process: int) -> None:
    """Kill -9, and wait until its parent knows."""
    os.kill(process, signal.SIGKILL)
