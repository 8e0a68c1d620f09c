"""A log that cannot be erased from yet: erasing is refused before anything is done."""

from datetime import datetime
from pathlib import Path

import pytest

from willbuy.errors import EngineError
from willbuy.hashed_ids import Suppression
from willbuy.privacy.erase import erase
from willbuy.privacy.expire import expire
from willbuy.privacy.plan import pending
from willbuy.shop import Shop

NOW = datetime(2026, 5, 1)


def shop_on(folder: Path, engine: str) -> Shop:
    return Shop.model_validate(
        {"source": {}, "target": {"within": "7d"}, "storage": {"engine": engine}, "folder": folder}
    )


def test_nothing_is_half_erased(tmp_path: Path) -> None:
    shop = shop_on(tmp_path, "spark")
    with pytest.raises(EngineError, match="nothing was done"):
        erase(shop, "ann", NOW, "tests")
    assert not pending(shop.home)
    assert not Suppression(shop.home).holds("ann")
    with pytest.raises(EngineError, match="cannot expire"):
        expire(shop, NOW, "tests", days=30)
    assert expire(shop, NOW, "tests").raw == 0  # what the service keeps still is
