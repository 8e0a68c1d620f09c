"""Features for all anchors of a shop, as `willbuy train` makes them, and nothing else: `python -m benchmarks.hundred.features SHOP`."""

import json
import shutil
import sys
from pathlib import Path

from willbuy.features.catalogue import features_of
from willbuy.features.log import summarise
from willbuy.shop import load_shop
from willbuy.snapshots import build_snapshots
from willbuy.warehouse import open_warehouse


def main(path: Path) -> None:
    """Make the snapshots, count them, and delete them."""
    shop = load_shop(path)
    folder = shop.home / "tmp" / "benchmark-snapshots"
    with open_warehouse(shop) as warehouse:
        log = summarise(warehouse)
        features = features_of(shop, log.kinds, log.fields)
        built = build_snapshots(warehouse, shop, features, folder=folder, progress=_say)
        found = {
            "features": len(features),
            "anchors": len(built.anchors),
            "snapshots": built.n,
            "positives": sum(anchor.positives or 0 for anchor in built.anchors),
            "bytes": sum(file.stat().st_size for file in folder.rglob("*.parquet")),
        }
    shutil.rmtree(folder)
    print(json.dumps(found))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
