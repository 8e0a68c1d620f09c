"""What a log must hold before a model can be asked for: buyers, and people who do not buy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from willbuy.errors import NotEnoughData
from willbuy.features.log import LogSummary
from willbuy.shop import Shop
from willbuy.snapshots.store import Anchor

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
