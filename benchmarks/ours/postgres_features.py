"""Our side on PostgreSQL: who is to be scored at the last anchor, with their features, in a local file in order.

Usage: python -m benchmarks.ours.postgres_features SHOP_TOML FOLDER
"""

import sys
from pathlib import Path

from benchmarks.house import fourteen
from benchmarks.house.side import Stages
from willbuy.features.describe import of_shop
from willbuy.features.log import summarise
from willbuy.shop import load_shop
from willbuy.snapshots import write_score_rows
from willbuy.warehouse import open_warehouse


def main(shop_file: Path, folder: Path) -> None:
    """Write the rows of the anchor. What the log holds was found out by the first command after its ingest."""
    stages = Stages()
    shop = load_shop(shop_file)
    with open_warehouse(shop) as warehouse:
        summarise(warehouse)
        features = of_shop(shop, warehouse)
        with stages.stage("features"):
            target = folder / f"{fourteen.LAST_ANCHOR:%Y-%m-%d}.parquet"
            write_score_rows(warehouse, shop, features, fourteen.LAST_ANCHOR, target)
    stages.done()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
