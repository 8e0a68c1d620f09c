"""Small logs for the tests of explore: a few hand-made rows, read as any log is."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from events.shops import shop_at, write_log
from willbuy.events.ingest import ingest
from willbuy.explore.log.explore import explore_log
from willbuy.shop import Shop

ROWS = (
    "ann,2024-03-04 09:00:00,view,i1,1.00,1",
    "ann,2024-03-04 09:05:00,cart,i1,1.00,1",
    "ann,2024-03-04 09:10:00,buy,i1,1.00,1",
    "bob,2024-03-04 10:00:00,view,i1,,",
    "bob,2024-03-06 10:00:00,view,i2,,",
    "bob,2024-03-06 10:10:00,cart,i2,,",
    "cat,2024-03-05 12:00:00,buy,i3,2.00,1",
    "cat,2024-03-05 12:01:00,view,i3,,",
    "dan,2024-03-05 15:00:00,cart,i1,,",
    "dan,2024-03-05 15:01:00,view,i1,,",
    "dan,2024-03-05 15:02:00,buy,i1,3.00,2",
)
"""Ann takes all steps in order, Bob puts into the cart on a later day, Cat buys first, Dan begins with the cart."""


def ingested(folder: Path, rows: Iterable[str], **sections: Any) -> Shop:
    """The shop of a log with these rows, ingested."""
    write_log(folder / "log.csv", rows)
    shop = shop_at(folder, files=["log.csv"]).model_copy(update=sections)
    ingest(shop)
    return shop


def explored(folder: Path, rows: Iterable[str]) -> dict[str, Any]:
    """What explore finds in a log with these rows."""
    return explore_log(ingested(folder, rows))
