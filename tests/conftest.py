"""What every test may ask for: the shared real data, and the promise that no test reaches out to the network."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from postgres import postgres_admin, postgres_schema, postgres_server, postgres_url  # noqa: F401
from spark import spark_session, spark_warehouse  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # small data: the threads of one test would only wait for each other

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("gate", deadline=None, print_blob=True, max_examples=500)
settings.load_profile("house")  # `--hypothesis-profile=gate` is read after this file, and wins

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile` (make test), whose tests stay together and what begins first."""
    if config.getvalue("dist") != "loadfile":
        return None
    from turns import LongestFirst

    return LongestFirst(config, log)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs: `WILLBUY_SHARED_DATA`, else `../shared/data` beside the repository.

    They are not part of the project, so a test that needs them says that it was skipped, and why.
    """
    folder = Path(os.environ.get("WILLBUY_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(
            f"no real data at {folder}: set WILLBUY_SHARED_DATA to the folder that holds online_retail/ and so on"
        )
    return folder


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine: a test that needs the network is no test of ours."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
        yield


def _local_only(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise RuntimeError(f"a test tried to reach {address!r}; tests use nothing but this machine")
        return connect(self, address)

    return guarded
