"""What holds for a store holds for both."""

from collections.abc import Iterator

import pytest

from store.stores import Files, Opens, Schemas


@pytest.fixture(params=["files", "server"])
def open_store(request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens stores in files, then on a server."""
    found: Files | Schemas = Files()
    if request.param == "server":
        found = Schemas(request.getfixturevalue("postgres_admin"))
    yield found
    found.drop()


@pytest.fixture
def on_server(postgres_admin: str) -> Iterator[Schemas]:
    """Opens stores on a server."""
    found = Schemas(postgres_admin)
    yield found
    found.drop()
