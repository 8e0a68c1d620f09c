"""A shop whose tables Spark holds."""

from pathlib import Path
from typing import Any

from events.shops import shop_at
from spark import SMALL
from willbuy.shop import Shop
from willbuy.shop.storage import Storage


def on_spark(folder: Path, **source: Any) -> Shop:
    """As `shop_at`, on the session of the tests."""
    storage = Storage(engine="spark", master="local[2]", memory="1GB", spark=SMALL)
    return shop_at(folder, **source).model_copy(update={"storage": storage})
