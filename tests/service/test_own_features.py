"""A shop's own classes of features are served like all others: the service runs the shop's file before it reads a bundle."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parity.shops import EVERYTHING, add_run, late_shop
from parity.test_planted import SELF_WRITTEN
from willbuy.errors import WillbuyError
from willbuy.features.algebra import feature
from willbuy.features.catalogue import load_python
from willbuy.features.live import Event, Timeline
from willbuy.service.holder import Holder
from willbuy.shop import Shop

NOW = datetime(2015, 4, 9)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop with a class of its own, and a run of it that some other process has made."""
    made = late_shop(tmp_path, entities=3)
    (tmp_path / "mine.py").write_text(SELF_WRITTEN % ("served", "<"), encoding="utf-8")
    made = made.model_copy(update={"features": made.features.model_copy(update={"python": "mine.py"})})
    add_run(made, replace(EVERYTHING, features=load_python(made)))
    del feature._registry["cheap_served"]
    return made


def test_it_is_served(shop: Shop) -> None:
    holder = Holder(shop, lambda: NOW, run="0001", allow_unproven=True)
    holder.start()
    serving = holder.current
    assert serving is not None
    assert serving.evaluator is not None
    seen = [Event(NOW - timedelta(days=days), "view", price=price) for days, price in ((1, 100), (2, 60_000))]
    assert serving.evaluator.values(Timeline(seen), NOW) == [1.0]


def test_without_the_file_it_cannot_be_served(shop: Shop) -> None:
    (shop.folder / "mine.py").unlink()
    with pytest.raises(WillbuyError, match=r"features.python: there is no file .*mine\.py"):
        Holder(shop, lambda: NOW, run="0001", allow_unproven=True).start()
