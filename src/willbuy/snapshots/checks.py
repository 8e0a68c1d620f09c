"""What a log must hold before a model can be asked for: buyers, and people who do not buy."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from willbuy.errors import NotEnoughData
from willbuy.features.batch.local_sql import utc_hour
from willbuy.features.log import LogSummary
from willbuy.features.population import population_of
from willbuy.shop import Shop
from willbuy.snapshots.store import Anchor

DAY = timedelta(days=1)

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse


def check_target(warehouse: "Warehouse", shop: Shop, log: LogSummary) -> None:
    """Raise NotEnoughData where the log has no event of the target's kind, or a single one."""
    kind = shop.target.kind
    [(count,)] = warehouse.rows(
        f'SELECT COUNT(*) FROM "events" WHERE "kind" = {warehouse.dialect.text(kind)}'
    )
    if count > 1:
        return
    found = ", ".join(log.kinds)
    number = f"no {kind}" if count == 0 else f"one {kind} only"
    raise NotEnoughData(
        f"the log holds {number} among {log.events:,} events (kinds: {found}): there is nothing to learn from. "
        f"Check [source.kinds] and target.kind in shop.toml, or bring a log with more buyers"
    )


def check_holes(warehouse: "Warehouse", shop: Shop, log: LogSummary, moments: Sequence[datetime]) -> None:
    """Raise NotEnoughData where a hole in the log lies before the last anchor of a grid: nobody could be tested on.

    A log of one year with live events of another has such a hole. Days are those of UTC; `moments` are in order.
    """
    span = population_of(shop).window.span
    if span is None:
        return
    days = _days(warehouse)
    reach = timedelta(microseconds=span.microseconds)
    empty = [at for at in moments if not any(at - reach < day + DAY and day < at for day in days)]
    if not moments or moments[-1] not in empty:
        return
    before = max(day for day in days if day < moments[-1]) + DAY
    after = min((day for day in days if day >= moments[-1]), default=log.end)
    raise NotEnoughData(
        f"the log has a hole: no event from {before:%Y-%m-%d} to {after:%Y-%m-%d}. At {len(empty)} of {len(moments)} anchors nobody "
        f"is in the population (active within {span}), the last among them ({moments[-1]:%Y-%m-%d}), which is the test. Train on "
        "a log that ends before the hole, or wait until the time after it is long enough and set anchors.last in shop.toml"
    )


def _days(warehouse: "Warehouse") -> list[datetime]:
    """The days of UTC that hold an event, in order."""
    hours = utc_hour('e."time"', warehouse.dialect)
    rows = warehouse.rows(f'SELECT DISTINCT {warehouse.dialect.whole(hours, 24)} FROM "events" e')
    return [datetime(1970, 1, 1) + int(day) * DAY for (day,) in sorted(rows)]


def check_labels(shop: Shop, anchors: Sequence[Anchor]) -> None:
    """Raise NotEnoughData where no snapshot is followed by the target, or every one is."""
    rows = sum(anchor.n for anchor in anchors)
    positives = sum(anchor.positives or 0 for anchor in anchors)
    rest = shop.target.within == "session"
    what = f"{shop.target.kind} " + ("in the rest of its session" if rest else f"within {shop.target.within}")
    if rows == 0:
        raise NotEnoughData(
            f"nobody is in the population at any of the {len(anchors)} anchors. Widen [population] in shop.toml"
        )
    if positives == 0:
        raise NotEnoughData(
            f"none of the {rows:,} snapshots at {len(anchors)} anchors is followed by a {what}: there is nothing to learn "
            "from. Lengthen target.within in shop.toml, or bring a longer log"
        )
    if positives == rows:
        raise NotEnoughData(
            f"every one of the {rows:,} snapshots at {len(anchors)} anchors is followed by a {what}: there is nobody to tell "
            "buyers from. Shorten target.within, or widen [population] in shop.toml"
        )
