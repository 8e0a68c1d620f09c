"""What the tests of features share."""

from collections.abc import Iterator

import pytest

from features.engines import ENGINES, close


@pytest.fixture(autouse=True, scope="session")
def closed_engines() -> Iterator[None]:
    """Close every engine's connection when the tests are done."""
    yield
    for engine in ENGINES:
        close(engine)
