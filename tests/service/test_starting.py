"""What a process holds from its start on."""

from pathlib import Path

import pytest

from service.conftest import clock
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.metrics import Metrics
from willbuy.service.starting import started
from willbuy.shop import Common


@pytest.mark.parametrize("name", [None, "other.toml"])
def test_the_shop_file_may_have_any_name(
    made_up_shop: Common, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes that the service starts, such as one that ends an erasure, are given the file that it was started with."""
    monkeypatch.chdir(made_up_shop.folder)
    file = None if name is None else Path(name)
    with started(made_up_shop, Keys(made_up_shop.home), Metrics(), clock, "0001", file=file) as state:
        assert state.shop_file == made_up_shop.folder.absolute() / (name or "shop.toml")
