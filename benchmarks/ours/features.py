"""Our side: the shop's snapshots at the given anchors, through the library.

Usage: python -m benchmarks.ours.features SHOP_TOML ANCHORS FOLDER
"""

import sys
from datetime import datetime
from pathlib import Path

from benchmarks.house import fourteen
from benchmarks.house.side import Stages
from willbuy.features.describe import of_shop
from willbuy.shop import load_shop
from willbuy.snapshots import build_snapshots
from willbuy.warehouse import open_warehouse


def main(shop_file: Path, anchors: list[datetime], folder: Path) -> None:
    """Build the snapshots of the anchors."""
    stages = Stages()
    shop = load_shop(shop_file)
    with open_warehouse(shop) as warehouse, stages.stage("snapshots"):
        built = build_snapshots(warehouse, shop, of_shop(shop, warehouse), anchors, folder=folder)
        rows = sum(anchor.n for anchor in built.anchors)
    stages.done(rows=rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), fourteen.read_anchors(sys.argv[2]), Path(sys.argv[3]))
