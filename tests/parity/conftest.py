"""A shop with some features that several tests of parity share."""

import pytest

from parity.shops import SOME, add_run, late_shop
from willbuy.shop import Shop


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Some features over such a log."""
    shop = late_shop(tmp_path_factory.mktemp("few"), entities=12)
    add_run(shop, SOME)
    return shop
